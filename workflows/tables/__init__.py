"""One transition table per workflow: what may happen in each state, whose turn it is, until when, and what happens then.

The workflows follow these tables; nothing moves that a table does not allow. Diagrams in the documentation are drawn from them.
"""

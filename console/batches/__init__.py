"""Batches: one decision over a selection, each item a decision of its own, in the name of the person who made the batch."""

"""How pages look: one stylesheet, a little script, and the templates that every page is made of."""

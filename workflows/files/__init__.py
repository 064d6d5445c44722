"""One file of state per workflow. A new field has a default, so that files of yesterday still load."""

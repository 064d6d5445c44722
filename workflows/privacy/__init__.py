"""A privacy officer weighs whether the RIEC hears of it."""

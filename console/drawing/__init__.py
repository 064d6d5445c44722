"""Drawings as SVG, by attributes only: pages have no style of their own. A table beside them says the same."""

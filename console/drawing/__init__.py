"""Drawings as SVG, by attributes and classes only: pages have no style of their own. A table beside each says the same."""

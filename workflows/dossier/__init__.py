"""An observation at the RIEC."""

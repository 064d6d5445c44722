"""Help at an aid organisation."""

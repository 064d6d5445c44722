"""One module per family of events; the catalogue collects every class that stands here."""

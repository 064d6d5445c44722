"""Who read and decided what: an append-only log per agency, each entry chained to the one before, its head signed daily."""

"""Keys of agencies, cases and events, and where they lie."""

"""The web console: what waits for a person, why, and until when. Pages come whole from here; it decides nothing itself."""

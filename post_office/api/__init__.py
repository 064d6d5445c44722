"""The routes of a post office, a module per thing that is asked for."""

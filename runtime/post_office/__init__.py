"""Where a post office keeps what it was given and what it heard."""

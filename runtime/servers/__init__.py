"""The servers: started here, or set up elsewhere."""

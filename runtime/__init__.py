"""How any process is wired: settings, keys, the servers, the bus, Temporal and the logs."""

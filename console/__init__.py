"""What people open: it reads by query and writes only by update or event."""

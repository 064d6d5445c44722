"""A hole in the net, at the province."""

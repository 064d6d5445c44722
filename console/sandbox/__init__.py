"""The whole chain on one machine, for whoever builds an agency's own system: real servers, real offices, invented people."""

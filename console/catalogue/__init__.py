"""The catalogue of events as pages, in Dutch and English: for people who decide how to take part, and for whoever builds it."""

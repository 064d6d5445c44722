"""Temporal: the client, what encrypts its payloads, and what is asked of it."""

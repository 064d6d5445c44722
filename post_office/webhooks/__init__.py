"""Webhooks by Standard Webhooks 1.0: the agency's own system is told what was heard, in order per case, until it has taken it."""

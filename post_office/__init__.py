"""An agency's gateway: HTTP inward for its own systems, sealed events outward. From outside it behaves as an office."""

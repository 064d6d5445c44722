"""What Temporal stores as ciphertext, in clear for a person who may read it: Temporal's remote codec protocol, decode only.

The protocol: https://docs.temporal.io/codec-server. This server holds the keys so that people need not; so it asks who they are,
decides what they may read, and has it written down before they read.
"""

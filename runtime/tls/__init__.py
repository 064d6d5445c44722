"""Certificates: those that are shown, and whom they are believed of."""

"""Generating text with a network: modes and filters, the fast step, the character stream."""

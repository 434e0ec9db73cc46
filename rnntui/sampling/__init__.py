"""Generating text with a network: modes and filters, the character stream."""

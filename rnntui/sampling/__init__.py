"""Generating text with a network: sampling modes, filters, generators, character streams."""

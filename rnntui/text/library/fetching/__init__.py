"""Texts from the network: a catalogue of the classics, and addresses of one's own."""

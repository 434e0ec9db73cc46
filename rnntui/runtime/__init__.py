"""Threads and what passes between them: commands in, events, weights and characters out."""

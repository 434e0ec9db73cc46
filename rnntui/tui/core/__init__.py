"""Shared by all screens: actions and keys, failures, settings, sentences."""

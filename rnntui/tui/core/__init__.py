"""What every screen stands on: actions and keys, failures, settings, sentences; no screen."""

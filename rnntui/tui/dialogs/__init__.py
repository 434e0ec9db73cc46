"""Modal screens that ask for one thing."""

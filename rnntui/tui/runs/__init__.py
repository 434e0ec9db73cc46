"""The Runs screen: the table of runs and their curves."""

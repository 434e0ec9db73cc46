"""What help has beyond the commands' own words: examples, and flags in groups."""

"""Several configurations trained in turn slices: their entries, turns, results and picture."""

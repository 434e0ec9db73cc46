"""N-gram models, as baselines for a network's loss."""

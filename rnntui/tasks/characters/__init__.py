"""Character networks: their settings, runs, learners and checkpoints."""

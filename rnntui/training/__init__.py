"""Training, whatever the task: the loop and its events, settings, checkpoints and run folders."""

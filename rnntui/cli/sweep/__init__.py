"""`rnntui sweep`: settings chosen by Optuna, one training run a trial."""

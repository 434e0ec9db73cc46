"""Sweeps: trials of one study, each an ordinary run with settings that Optuna chose."""

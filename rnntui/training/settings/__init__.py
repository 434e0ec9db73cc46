"""Settings: what one is, those that every training has, and their form as TOML."""

"""Gets texts from the network: those of the catalogue, and any address."""

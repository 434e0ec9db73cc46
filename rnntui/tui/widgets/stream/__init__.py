"""The streaming text: characters coloured by their probability."""

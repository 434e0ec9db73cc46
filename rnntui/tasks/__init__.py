"""What can be trained: characters and classification, each a task behind the training loop."""

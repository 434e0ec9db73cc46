"""The playground: texts and settings, the loss, the output."""

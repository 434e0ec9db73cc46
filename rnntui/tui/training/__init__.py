"""What the playground and the Classify screen share: form, loss, status, steering."""

"""Loggers: training runs as TensorBoard, Weights & Biases and tables of numbers show them."""

"""pinxit: train a picture generator on your own pictures, and keep it."""

__version__ = "0.1.0"

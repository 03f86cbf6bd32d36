"""What both frameworks' StackGANs share: their shape and how captions are learned. No torch."""

STAGES = ("first", "second")
READING_RATE = 1e-3
FIRST_SPREAD = -2.0
"""What the logarithm of the variance of conditions begins at: a little uncertain."""
BLOCKS = 2
"""Residual blocks in which the second stage thinks a sketch over."""

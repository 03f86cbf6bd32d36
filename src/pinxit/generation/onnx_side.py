"""A generator in ONNX Runtime that paints in place of one in PyTorch, where that is quicker (see `export/quick.py`)."""

from typing import Any

import numpy as np
import torch
from torch import Tensor

from pinxit.generation.quickness import Measured


class OnnxGenerator:
    """Takes and gives tensors of PyTorch on the CPU, so that whoever paints need not know.

    session   an opened ONNX file of a whole model
    measured  where it is quicker
    """

    def __init__(self, session: Any, measured: Measured):
        self.session, self.measured = session, measured
        self.names = {entry.name for entry in session.get_inputs()}

    def quicker(self, batch: int) -> bool:
        """Whether it paints so many pictures at once sooner than torch."""
        return self.measured.saved(batch) > 0

    def __call__(self, latents: Tensor, labels: Tensor, *more: float) -> Tensor:
        """(N, latents), (N, columns) -> (N, C, H, W) in [-1, 1], alpha premultiplied. `more`: a truncation in W."""
        told = {"latents": latents.numpy(), "labels": labels.numpy(), "truncation": np.array([*more, 1][0], np.float32)}
        return torch.from_numpy(self.session.run(None, {name: told[name] for name in self.names})[0])

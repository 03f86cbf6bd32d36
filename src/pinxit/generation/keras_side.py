"""A generator in Keras that paints in place of one in PyTorch: the same weights, the same latents, the same pictures."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from pinxit.errors import UsageError
from pinxit.families.contract import Canvas, Family
from pinxit.settings import TrainingSettings


class KerasGenerator:
    """Takes and gives tensors of PyTorch, so that whoever paints, scores or measures need not know."""

    def __init__(self, network: Any):
        from pinxit.keras_training.backend import tf

        self.network, self.latents = network, int(network.latents)
        self._paint = tf.function(network, autograph=False, reduce_retracing=True)

    def __call__(self, latents: Tensor, labels: Tensor, *more: float) -> Tensor:
        """(N, latents), (N, columns) -> (N, C, H, W) in [-1, 1], alpha premultiplied. `more`: a truncation in W."""
        from pinxit.keras_training.backend import tf

        told = (latents.numpy(force=True), labels.numpy(force=True), *(np.float32(number) for number in more))
        painted = self._paint(*map(tf.constant, told))
        return torch.from_numpy(np.array(painted)).permute(0, 3, 1, 2)


def load_keras_generator(
    family: Family, settings: TrainingSettings, canvas: Canvas, tensors: Mapping[str, np.ndarray], path: Path
) -> KerasGenerator:
    """The generator of a model file, in Keras. Raises UsageError for a family without one, MissingExtra, ModelFileError."""
    recipe = family.load_recipe("tensorflow")
    family.check_tensorflow(settings)
    from pinxit.keras_training.weights import load_exactly

    network = recipe.build_generator(settings, canvas)
    load_exactly(network, tensors, path)
    return KerasGenerator(network)


def check_framework(framework: str, device: str) -> None:
    """Raise UsageError for a framework that is not there, and for a device that TensorFlow is not used on."""
    if framework not in ("pytorch", "tensorflow"):
        raise UsageError(f"There is no framework '{framework}'. There are: pytorch, tensorflow.")
    if framework == "tensorflow" and device not in ("auto", "cpu"):
        raise UsageError(f"With TensorFlow pinxit paints on the cpu; device '{device}' came. Leave it away.")

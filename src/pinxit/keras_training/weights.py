"""Weights between Keras and PyTorch: each kind of layer is mapped once to torch's names and layouts, families never.

A network is walked by its attributes, which are named as in PyTorch; the entries of a list are numbered. A bare variable
has torch's shape already.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from pinxit.keras_training.backend import keras
from pinxit.keras_training.layers import BatchNorm
from pinxit.runs.model_file import check_fit

Turn = Callable[[np.ndarray], np.ndarray]


@dataclass(frozen=True)
class Weight:
    """One variable under its name in PyTorch, and how its axes are turned from Keras to PyTorch and back."""

    name: str
    variable: Any
    to_torch: Turn
    to_keras: Turn

    def array(self) -> np.ndarray:
        """Its numbers as PyTorch lays them out."""
        return np.asarray(self.to_torch(np.asarray(self.variable.numpy())))


def same(values: np.ndarray) -> np.ndarray:
    """Nothing to turn."""
    return values


def kernel_to_torch(values: np.ndarray) -> np.ndarray:
    """(H, W, I, O) -> (O, I, H, W), of a transposed convolution (H, W, O, I) -> (I, O, H, W); others end for end."""
    return values.transpose(3, 2, 0, 1) if values.ndim == 4 else values.T


def kernel_to_keras(values: np.ndarray) -> np.ndarray:
    """The opposite of `kernel_to_torch`."""
    return values.transpose(2, 3, 1, 0) if values.ndim == 4 else values.T


def weights_of(network: Any, prefix: str = "") -> Iterator[Weight]:
    """Everything a network keeps, under torch's names."""
    if isinstance(getattr(network, "kernel", None), keras.Variable):
        yield from of_kernel(network, prefix)
    elif isinstance(network, BatchNorm):
        yield from of_batch_norm(network, prefix)
    elif isinstance(network, keras.layers.Embedding):
        yield Weight(f"{prefix}weight", network.embeddings, same, same)
    else:
        for name, value in vars(network).items():
            if not name.startswith("_"):
                yield from below(value, f"{prefix}{name}")


def below(value: Any, name: str) -> Iterator[Weight]:
    """The weights in one attribute."""
    if isinstance(value, keras.Variable):
        yield Weight(name, value, same, same)
    elif isinstance(value, keras.layers.Layer):
        yield from weights_of(value, f"{name}.")
    elif isinstance(value, list | tuple):
        for index, one in enumerate(value):
            yield from below(one, f"{name}.{index}")


def of_kernel(layer: Any, prefix: str) -> Iterator[Weight]:
    """Convolutions and linear layers, with or without spectral normalisation."""
    if layer.use_bias:
        yield Weight(f"{prefix}bias", layer.bias, same, same)
    if isinstance(getattr(layer, "left", None), keras.Variable):
        yield Weight(f"{prefix}left", layer.left, same, same)
    if not getattr(layer, "spectral", False):
        yield Weight(f"{prefix}weight", layer.kernel, kernel_to_torch, kernel_to_keras)
        return
    yield Weight(f"{prefix}parametrizations.weight.original", layer.kernel, kernel_to_torch, kernel_to_keras)
    yield Weight(f"{prefix}parametrizations.weight.0._u", layer.u, same, same)
    seen = tuple(layer.kernel.shape[:-1])  # (H, W, I), in torch (I, H, W): v has a number for each of these
    turned = (seen[-1], *seen[:-1])
    yield Weight(
        f"{prefix}parametrizations.weight.0._v",
        layer.v,
        lambda values: np.moveaxis(values.reshape(seen), -1, 0).reshape(-1),
        lambda values: np.moveaxis(values.reshape(turned), 0, -1).reshape(-1),
    )


def of_batch_norm(layer: Any, prefix: str) -> Iterator[Weight]:
    """Gains, offsets and running statistics."""
    named = {"weight": layer.gamma, "bias": layer.beta} if layer.affine else {}
    if layer.tracked:
        named["running_mean"] = layer.moving_mean
        named["running_var"] = layer.moving_variance
        named["num_batches_tracked"] = layer.batches
    for name, variable in named.items():
        yield Weight(f"{prefix}{name}", variable, same, same)


def to_arrays(network: Any) -> dict[str, np.ndarray]:
    """All weights, named and laid out as in PyTorch."""
    return {weight.name: weight.array() for weight in weights_of(network)}


def load_exactly(network: Any, arrays: Mapping[str, np.ndarray], place: Any) -> None:
    """Load when names and shapes all fit; else raise ModelFileError with every difference, and load nothing."""
    weights = list(weights_of(network))
    wanted = {weight.name: weight.array().shape for weight in weights}
    check_fit(wanted, {name: values.shape for name, values in arrays.items()}, place)
    for weight in weights:
        weight.variable.assign(weight.to_keras(np.asarray(arrays[weight.name])))


def copy_weights(to: Any, source: Any) -> None:
    """Give `to` the weights of `source`, a network of the same make."""
    for mine, theirs in zip(to.variables, source.variables, strict=True):
        mine.assign(theirs.value)

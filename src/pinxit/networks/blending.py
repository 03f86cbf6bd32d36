"""Between labels, between captions, and beside the first features: what is changed in a generator while it paints once."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import torch
from torch import Tensor, nn

from pinxit.networks.conditioning import LabelEmbedding


def listeners(generator: nn.Module) -> list[nn.Module]:
    """The parts that turn labels and captions into numbers: what comes out of them can be blended, labels cannot."""
    found: list[nn.Module] = [part for part in generator.modules() if isinstance(part, LabelEmbedding)]
    reader = getattr(generator, "reader", None)  # of captions, in families that paint from them
    return found if reader is None else [*found, reader]


@contextmanager
def blended(generator: nn.Module, classes: Tensor, shares: Tensor) -> Iterator[None]:
    """Inside, `generator` hears of each picture a blend of several labels or captions, whatever labels it is given.

    classes  (N, P, columns) int64: P of them for each picture, as its labels would be
    shares   (N, P) how much each counts
    """

    def blend(part: nn.Module, inputs: tuple[Tensor, ...], _: Tensor) -> Tensor:
        width = inputs[0].shape[1]  # a reader of captions is given the last columns only
        said = torch.stack([part.forward(classes[:, place, -width:]) for place in range(classes.shape[1])], dim=1)
        return (shares[:, :, None] * said).sum(dim=1)

    with hooked(listeners(generator) if classes.shape[1] > 1 and classes.shape[2] else [], blend):
        yield


@contextmanager
def shifted(layer: nn.Module, shifts: Tensor) -> Iterator[None]:
    """Inside, `shifts` (N, …) are added to what comes out of `layer`."""
    with hooked([layer], lambda _, __, features: features + shifts.to(features.dtype)):
        yield


@contextmanager
def hooked(parts: list[nn.Module], hook: Any) -> Iterator[None]:
    """Forward hooks that are gone again afterwards."""
    with ExitStack() as stack:
        for part in parts:
            stack.callback(part.register_forward_hook(hook).remove)
        yield

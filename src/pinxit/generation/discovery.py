"""Directions that nobody has to describe: what a model's pictures differ most in, and what its network answers most to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor, nn

from pinxit.errors import UsageError
from pinxit.generation.directions import Direction, numbers_of, space_of
from pinxit.generation.points import points_of
from pinxit.generation.probes import unit
from pinxit.networks.layers import FirstGrid

if TYPE_CHECKING:
    from pinxit.generation.model import Model

SAMPLES = 1024


def by_features(model: Model, count: int = 6, samples: int = SAMPLES) -> list[Direction]:
    """The directions that pictures differ most along, the first most: principal components of W, or of the first features.

    First features are what the first layer that paints a map makes of latents; the latents that lead along a component are
    found by regression. Latents are standard normal, so that this is their covariance with it.
    Source: Härkönen et al. 2020, "GANSpace: discovering interpretable GAN controls", arXiv 2004.02546, sections 2.1 and 2.2.
    """
    points = points_of(model, range(samples))
    numbers = numbers_of(model, points)
    features = numbers if model.has_styles else first_features(model, points.latents, points.classes[:, 0])
    scores, axes = components(features.astype(np.float64), min(count, numbers.shape[1]))
    share = np.square(scores).sum(axis=0) / np.square(features - features.mean(axis=0, dtype=np.float64)).sum()
    if not model.has_styles:
        axes = np.linalg.qr(numbers.T @ (scores / scores.std(axis=0)))[0].T
    axes = (
        axes * np.where(axes.sum(axis=1) < 0, -1, 1)[:, None]
    )  # a direction and its opposite are the same: one of them
    return in_order(model, numbers, axes, share, "pca")


def by_weights(model: Model, count: int = 6) -> list[Direction]:
    """The directions that the layers after the latents answer to most: no picture is painted for these.

    Source: Shen and Zhou 2020, "Closed-form factorization of latent semantics in GANs" (SeFa), eq. 5: the eigenvectors of
    A^T A, where A are the weights that latents or styles meet first; here of all such layers, each scaled to the same size.
    Raises UsageError for a family without such layers.
    """
    generator: Any = model.generator
    if model.has_styles:
        layers = [layer.convolve.weigh.weight for block in generator.blocks for layer in block.layers]
        length = generator.means.shape[1]
    else:
        layers = [layer.linear.weight for layer in generator.modules() if isinstance(layer, FirstGrid)][:1]
        length = model.latents
    if not layers:
        raise UsageError(
            f"A model of the family {model.family} has no single layer that latents meet first. Find directions by --find pca."
        )
    gram = torch.zeros(length, length, dtype=torch.float64)
    for weight in layers:
        own = weight[:, :length].double().cpu()
        gram += own.mT @ own / own.square().sum()
    strength, vectors = torch.linalg.eigh(gram)
    share = (strength / strength.sum()).flip(0).numpy()
    numbers = numbers_of(model, points_of(model, range(256)))
    return in_order(model, numbers, vectors.flip(1).mT.numpy()[:count], share, "weights")


def in_order(model: Model, numbers: np.ndarray, axes: np.ndarray, share: np.ndarray, how: str) -> list[Direction]:
    """Axes (count, D) as directions, whose unit is how far numbers (N, D) lie apart along each; `share` of all is told."""
    return [
        Direction(
            unit(axis), space_of(model), float((numbers @ unit(axis)).std()),
            {"how": how, "share": round(float(part), 4)},
        )
        for axis, part in zip(axes, share, strict=False)
    ]  # fmt: skip


def components(rows: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Principal components of rows (N, F): scores (N, count), and axes (count, F) of length 1."""
    centred = rows - rows.mean(axis=0)
    if centred.shape[1] > len(centred):  # the smaller of the two products
        values, sides = np.linalg.eigh(centred @ centred.T)
        scores = sides[:, ::-1][:, :count] * np.sqrt(np.maximum(values[::-1][:count], 1e-12))
        axes = (centred.T @ scores / np.square(scores).sum(axis=0)).T
        return scores, axes / np.linalg.norm(axes, axis=1, keepdims=True)
    _, axes = np.linalg.eigh(centred.T @ centred)
    axes = axes[:, ::-1][:, :count].T
    return centred @ axes.T, axes


@torch.no_grad()
def first_features(model: Model, latents: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """(N, F): what the first layer that paints a map (N, C, H, W) makes of latents."""
    found: list[Tensor] = []

    class Enough(Exception):
        """Later layers are not needed."""

    def keep(_module: nn.Module, _inputs: Any, output: Any) -> None:
        if isinstance(output, Tensor) and output.dim() == 4:
            found.append(output.float())
            raise Enough

    hooks = [part.register_forward_hook(keep) for part in model.generator.modules() if part is not model.generator]
    try:
        model.generator(torch.from_numpy(latents).to(model.device), torch.from_numpy(labels).to(model.device))
    except Enough:
        pass
    finally:
        for hook in hooks:
            hook.remove()
    return found[0].flatten(1).cpu().numpy()

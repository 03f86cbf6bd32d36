"""Directions for a page that was given none: what varies most in a model's first features, or in its styles.

Härkönen et al. 2020, "GANSpace: discovering interpretable GAN controls", arXiv 2004.02546: principal components of styles (W)
where a family has them, else of the features that its first layers make of latents, carried back to latents by regression.
"""

from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from pinxit.export.onnx import Mapping, random_labels
from pinxit.generation.model import Model
from pinxit.networks.seeds import latents_of

SAMPLES = 1024


def principal_directions(model: Model, count: int = 6) -> np.ndarray:
    """(count, length) float32: directions in W where the family has it, else in latents; the one that varies most first.

    In W a step of 1 is one standard deviation along it; in latents, which all have that of 1, it is a vector of length 1.
    """
    seeds = range(SAMPLES)
    latents = latents_of(seeds, model.latents)
    labels = random_labels(model, SAMPLES, 0)
    if model.has_styles:
        more = (torch.from_numpy(labels),) if labels.shape[1] else ()
        with torch.no_grad():
            styles = Mapping(model)(torch.from_numpy(latents), *more, torch.tensor(1.0))[:, 0].numpy()
        scores, axes = components(styles, count)
        return (axes * scores.std(axis=0)[:, None]).astype(np.float32)
    features = first_features(model, latents, labels)
    scores, _ = components(features, min(count, model.latents))
    # Latents are standard normal, so that the regression of latents on scores is their covariance.
    found, _ = np.linalg.qr(latents.T @ (scores / scores.std(axis=0)))
    found = found.T * np.sign(found.sum(axis=0))[:, None]  # a direction and its opposite are the same: one of them
    return found.astype(np.float32)


def components(rows: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Principal components of rows (N, F): scores (N, count), and axes (count, F) of length 1."""
    centred = rows - rows.mean(axis=0)
    if centred.shape[1] > len(centred):  # the smaller of the two products
        values, sides = np.linalg.eigh(centred @ centred.T)
        scores = sides[:, ::-1][:, :count] * np.sqrt(np.maximum(values[::-1][:count], 1e-12))
        axes = (centred.T @ scores / np.square(scores).sum(axis=0)).T
        return scores, axes
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
        model.generate(latents, labels)
    except Enough:
        pass
    finally:
        for hook in hooks:
            hook.remove()
    return found[0].flatten(1).cpu().numpy()

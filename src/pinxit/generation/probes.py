"""Probes: the line that tells marked pictures from others, which is a direction among latents. From labels or a few stars."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from pinxit.errors import UsageError

PENALTY = 3.0
"""Of the squared weights of a probe, in pictures: with few marks it keeps a direction from following single pictures."""


def from_marks(
    numbers: np.ndarray, marks: np.ndarray, without: Sequence[np.ndarray] = (), penalty: float = PENALTY
) -> tuple[np.ndarray, float]:
    """The direction (D,) from pictures marked False to those marked True, by a linear probe, and how far it tells them apart.

    numbers  (N, D); marks (N,) of bool
    without  directions that it must not go along
    Returns the direction and the probe's accuracy on each fifth after learning from the others (mean of both kinds, 0.5 is
    chance). Logistic regression with a penalty on its weights; Raises UsageError where one kind is missing.
    """
    marks = np.asarray(marks, bool)
    if min(marks.sum(), (~marks).sum()) < 1:
        raise UsageError("A direction needs pictures of both kinds: some that have it, and some that have not.")
    vector = probe(numbers, marks, penalty)[0]
    held_back = np.arange(len(marks)) % 5
    read = np.zeros(len(marks), bool)
    for fold in range(5):
        learn, test = held_back != fold, held_back == fold
        if test.any() and 0 < marks[learn].sum() < learn.sum():
            weights, bias = probe(numbers[learn], marks[learn], penalty)
            read[test] = numbers[test] @ weights + bias > 0
    accuracy = (read[marks].mean() + (~read[~marks]).mean()) / 2
    return unit(orthogonal(vector, without)), float(accuracy)


def ways_of_classes(numbers: np.ndarray, labels: np.ndarray) -> list[np.ndarray]:
    """For each class in labels (N,) the direction towards it: what another direction must not go along to leave it be."""
    ways = [probe(numbers, labels == name, PENALTY)[0] for name in np.unique(labels)]
    return ways[:-1] if len(ways) > 1 else []  # away from all others is towards the last


def probe(numbers: np.ndarray, marks: np.ndarray, penalty: float) -> tuple[np.ndarray, float]:
    """Weights (D,) and bias of a logistic regression of marks (N,) on numbers (N, D); both kinds weigh the same."""
    inputs = torch.from_numpy(np.asarray(numbers, np.float64))
    wanted = torch.from_numpy(np.asarray(marks, np.float64))
    share = wanted.mean()
    weight = wanted / (2 * share) + (1 - wanted) / (2 * (1 - share))
    middle, spread = inputs.mean(dim=0), inputs.std(dim=0, correction=0).clamp_min(1e-6)
    seen = (inputs - middle) / spread
    found = torch.zeros(seen.shape[1] + 1, dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.LBFGS([found], max_iter=200, line_search_fn="strong_wolfe")

    def loss() -> Tensor:
        optimizer.zero_grad()
        scores = seen @ found[:-1] + found[-1]
        value = torch.nn.functional.binary_cross_entropy_with_logits(scores, wanted, weight=weight, reduction="sum")
        value = value + penalty * found[:-1].square().sum()
        value.backward()
        return value

    optimizer.step(loss)
    weights = found.detach()[:-1] / spread
    return weights.numpy(), float(found.detach()[-1] - middle @ weights)


def orthogonal(vector: np.ndarray, others: Sequence[np.ndarray]) -> np.ndarray:
    """What is left of a vector (D,) after all that lies along `others` is taken away."""
    if not others:
        return vector
    basis, _ = np.linalg.qr(np.stack([unit(other) for other in others], axis=1).astype(np.float64))
    left = vector - basis @ (basis.T @ vector)
    if np.linalg.norm(left) < 1e-3 * np.linalg.norm(vector):
        raise UsageError(
            "Nothing is left of this direction without the others: it lies along them. Leave one of them out."
        )
    return left


def unit(vector: np.ndarray) -> np.ndarray:
    """Of length 1, float32."""
    return (vector / max(float(np.linalg.norm(vector)), 1e-12)).astype(np.float32)

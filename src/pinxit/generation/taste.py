"""Taste: from stars and rejections to a guess of how much a person would like any picture of a model.

A line through picture features, found by ridge regression, which a handful of marks can carry: what a picture shows
(EfficientNet-Lite0's description of the whole) and where (an inner layer of it, averaged over a grid of places).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from pinxit.errors import UsageError
from pinxit.generation.directions import Direction, numbers_of, space_of
from pinxit.generation.labelling import painted
from pinxit.generation.marks import Mark
from pinxit.generation.points import Points, joined, points_of
from pinxit.generation.probes import unit
from pinxit.networks.features import PictureFeatures, load_features
from pinxit.networks.lite0 import HEAD_CHANNELS, TAP_CHANNELS
from pinxit.scoring.stream import WHITE, FeatureSpace, describe

if TYPE_CHECKING:
    from pinxit.generation.model import Model

PLACES = 4
INNER = 2
WIDTHS = (HEAD_CHANNELS, PLACES**2 * TAP_CHANNELS[INNER])
USUAL = 256
"""So many pictures that nobody marked say what is usual: features count in how far they commonly differ."""
REMEMBERED = 8
seeds_seen: dict[tuple[Any, ...], tuple[Points, np.ndarray]] = {}
"""Points and features of the seeds that were last looked at in this process: they take longer than all the rest."""
PENALTY = 0.1
BIAS = 0.1
STIFFNESS = 0.05
"""Of the line from latents to scores, in its own size: latents that say nothing of taste stay out of its direction."""


@dataclass(frozen=True)
class Taste:
    """What was learned from marks: `middle`, `scale` and `weights` (D,) and `bias` of a line through features.

    marks, liked  of how many marks it learned, and how many of these were liked
    accuracy      how often it puts the liked one first of two marks that it had not learned from (AUC, each left out in
                  turn; 0.5 is chance); None where that cannot be said
    """

    middle: np.ndarray
    scale: np.ndarray
    weights: np.ndarray
    bias: float
    marks: int
    liked: int
    accuracy: float | None

    def scores(self, features: np.ndarray) -> np.ndarray:
        """(N, D), as `features_of` gives them -> (N,). Above 0 is liked more than not."""
        return ((features - self.middle) / self.scale) @ self.weights + self.bias


def seen(network: PictureFeatures, pictures: Tensor) -> Tensor:
    """(N, 3, H, W) in [-1, 1] -> (N, D): the whole, then its places."""
    taps = network.taps(pictures)
    places = F.adaptive_avg_pool2d(taps[INNER].float(), PLACES).flatten(1)
    return torch.cat([network.summed_up(taps[-1]), places], dim=1)


def features_of(model: Model, points: Points) -> np.ndarray:
    """(N, D) of the pictures of points, over white."""
    network = load_features(device=model.device)
    space = FeatureSpace(
        "EfficientNet-Lite0 and its places",
        lambda pictures: seen(network, pictures),
        model.device,
        over=(WHITE,),
    )
    return describe(painted(model, points), space).double().numpy()


def look_at_seeds(
    model: Model, seeds: Sequence[int], labels: Mapping[str, str] | None = None, text: str | None = None
) -> tuple[Points, np.ndarray]:
    """The points of seeds and the features (N, D) of their pictures, remembered for the next time."""
    key = (model.sha256, tuple(seeds), tuple(sorted((labels or {}).items())), text)
    if key not in seeds_seen:
        points = points_of(model, seeds, labels=labels, text=text)
        seeds_seen[key] = points, features_of(model, points)
        for oldest in list(seeds_seen)[:-REMEMBERED]:
            del seeds_seen[oldest]
    return seeds_seen[key]


def learn_taste(model: Model, marks: Sequence[Mark]) -> Taste:
    """A taste from marks. Raises UsageError unless some are liked and some are not."""
    liked = np.array([mark.liked for mark in marks], bool)
    if not liked.any() or liked.all():
        raise UsageError(
            "A taste needs pictures that you like and pictures that you do not. Name some of the other kind."
        )
    features = features_of(model, joined([mark.point for mark in marks], model))
    _, usual = look_at_seeds(model, range(USUAL))
    return taste_of(features, liked, usual)


def taste_of(features: np.ndarray, liked: np.ndarray, usual: np.ndarray) -> Taste:
    """The taste in features (N, D) of marks, `liked` (N,) of bool; `usual` (M, D) are of pictures that nobody marked.

    Ridge regression of +1 and -1 with both kinds weighing the same, in its dual form, because marks are fewer than features.
    What it says of a mark it did not see needs no second fit: Rasmussen and Williams 2006, "Gaussian processes for machine
    learning", eq. 5.12.
    """
    spread = usual.std(axis=0)
    alike = np.repeat([np.sqrt(2 * width) for width in WIDTHS], WIDTHS)  # both kinds of features count the same
    middle, scale = usual.mean(axis=0), (spread + 1e-3 * spread.mean() + 1e-9) * alike
    rows = (features - middle) / scale
    wanted, share = np.where(liked, 1.0, -1.0), liked.mean()
    lax = np.where(liked, 2 * share, 2 * (1 - share))
    inverse = np.linalg.inv(rows @ rows.T + BIAS + PENALTY * np.diag(lax))
    dual = inverse @ wanted
    left_out = wanted - dual / np.diag(inverse)
    enough = 2 <= liked.sum() <= len(liked) - 2
    return Taste(
        middle, scale, rows.T @ dual, BIAS * float(dual.sum()), len(liked), int(liked.sum()),
        area(left_out, liked) if enough else None,
    )  # fmt: skip


def area(scores: np.ndarray, liked: np.ndarray) -> float:
    """The area under the ROC curve: how often the liked one of two has the higher score, a draw counting half."""
    above = scores[liked][:, None] - scores[~liked][None]
    return float((above > 0).mean() + (above == 0).mean() / 2)


def direction_of(model: Model, points: Points, scores: np.ndarray, told: dict) -> Direction:
    """The way that scores (N,) of points grow: a regression of them on what the points start from."""
    numbers = numbers_of(model, points).astype(np.float64)
    spread = numbers.std(axis=0) + 1e-6
    rows = (numbers - numbers.mean(axis=0)) / spread
    within = rows.T @ rows / len(rows) + STIFFNESS * np.eye(rows.shape[1])
    slope = np.linalg.solve(within, rows.T @ (scores - scores.mean()) / len(rows))
    vector = unit(slope / spread)
    return Direction(vector, space_of(model), max(float((numbers @ vector).std()), 1e-3), {"how": "taste", **told})

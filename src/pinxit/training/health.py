"""What keeps training from going wrong unseen: notice, say so in plain words, go back to where it was well."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from pinxit.data.packed import Packed
from pinxit.scoring.distances import kid
from pinxit.scoring.scores import in_batches
from pinxit.scoring.stream import FeatureSpace, describe
from pinxit.training.checkpoints import Moment

MOST_RETURNS = 3
"""How often a run goes back before it gives up: at an eighth of the step size, the cause lies elsewhere."""
PAINTED = 200
FIRST_SEED = 2_000_000_000
"""Checkups paint the seeds from here on: neither those of previews nor those of scores."""
COLLAPSED = 0.4
"""Below this share of the data's variety pictures look alike to anybody; whole training sets of one kind keep above."""
PATIENCE = 100_000
"""Pictures without a better KID, and at least a third of all seen, until training is called stuck."""


def caution(moment: Moment) -> float:
    """The share of the learning rate a run still trusts itself to: halved each time it went back."""
    return 0.5**moment.went_back


@dataclass(frozen=True)
class Checkup:
    """How a run stands at `seen` pictures.

    kid      against the half of the held-back pictures that is for choosing (the other half is for reporting), x 1000
    variety  mean distance between painted pictures as a share of that between real ones
    """

    seen: int
    kid: float
    variety: float


class Health:
    """Looks at what a run paints now and then, remembers, and says what it sees."""

    def __init__(self, packed: Packed, space: FeatureSpace):
        chosen = packed.held_back[::2] if len(packed.held_back) else packed.train
        self.space = space
        self.real = describe(in_batches(packed, chosen[:PAINTED]), space)
        self.variety = mean_distance(self.real)
        self.past: list[Checkup] = []

    def remember(self, lines: Iterable[Mapping[str, Any]], seen: int) -> None:
        """Take over the checkups of earlier sittings, from progress lines, up to `seen` pictures."""
        for line in lines:
            if line.get("event") == "checkup" and line["seen"] <= seen:
                self.past.append(Checkup(line["seen"], line["kid"], line["variety"]))

    def examine(self, seen: int, painted: Iterable[np.ndarray]) -> list[str]:
        """Look at pictures (uint8, premultiplied, in batches) and return what has to be said, in plain words."""
        features = describe(painted, self.space)
        distance = kid(self.real, features, subsets=20).mean
        self.past.append(Checkup(seen, distance, mean_distance(features) / max(self.variety, 1e-9)))
        return list(self.remarks())

    def remarks(self) -> Iterator[str]:
        """What is new at the last checkup; nothing is said twice in a row."""
        now, before = self.past[-1], self.past[:-1]
        if now.variety < COLLAPSED and not (before and before[-1].variety < COLLAPSED):
            yield (
                f"The pictures are becoming alike (their variety is {100 * now.variety:.0f} % of your pictures'). "
                "It often passes; if it lasts, try --augment 0.5, more pictures, or a smaller learning rate."
            )
        if self.is_stuck(now) and not (before and self.is_stuck(before[-1])):
            best = self.best_until(now)
            yield (
                f"No better since {best.seen:,} pictures (KID {best.kid:.0f} then, {now.kid:.0f} now): you can stop here "
                "(Ctrl-C keeps everything)."
            )

    def is_stuck(self, now: Checkup) -> bool:
        """Whether the best is long past."""
        return now.seen - self.best_until(now).seen >= max(PATIENCE, now.seen // 3)

    def best_until(self, now: Checkup) -> Checkup:
        """The checkup with the lowest KID so far."""
        return min((one for one in self.past if one.seen <= now.seen), key=lambda one: one.kid)


def mean_distance(features: Tensor) -> float:
    """(N, D) -> the mean distance between two of them."""
    return float(torch.pdist(features.float()).mean())

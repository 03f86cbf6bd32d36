"""What keeps training from going wrong unseen: notice, say so in plain words, go back to where it was well.

Every checkpoint is followed by a checkup: pictures are painted from seeds of their own and compared with held-back real
ones (the half that is for choosing; scores report on the other half). What the figures mean, and why the limits are where
they are, is in `docs/health.md`.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from pinxit.data.packed import Packed
from pinxit.families.contract import Canvas
from pinxit.scoring.distances import kid
from pinxit.scoring.novelty import novelty
from pinxit.scoring.scores import in_batches, through_squares
from pinxit.scoring.stream import FeatureSpace, describe
from pinxit.training.checkup import PAINTED
from pinxit.training.checkup import overfit as overfit
from pinxit.training.listening import Listening, conditions

COMPARED = 500
"""Real pictures of each kind that painted ones are compared with, at most."""
COLLAPSED = 0.4
"""Below this share of the data's variety pictures look alike to anybody; whole training sets of one kind keep above."""
WELL = 0.5
"""Beyond this share of the far end a KID means nothing yet: beginnings swing, and a blur comes nearer than crisp lines."""
LOST = 0.3
"""Worse than the best by this share of the far end, and twice as bad: no swing of a sound game is as wide."""
OVERFIT = 0.5
"""Share of what the critic knows of pictures it learned from that it does not know of others like them."""
COPIES = 0.05
"""So much more often than held-back real pictures may painted ones lie close to one that was learned from."""
PATIENCE = 100_000
"""Pictures without a better KID, and at least a third of all seen, until training is called stuck."""


@dataclass(frozen=True)
class Checkup:
    """How a run stands at `seen` pictures.

    kid      against held-back pictures, x 1000; where there are labels or captions, of pictures together with them
    variety  mean distance between painted pictures as a share of that between real ones
    copied   share of painted pictures that lie closer to one learned from than such pictures usually lie to each other,
             less the same share of held-back ones
    overfit  (score of learned - score of held back) / (score of learned - score of painted), by the critic; None where
             nothing is held back
    """

    seen: int
    kid: float
    variety: float
    copied: float = 0.0
    overfit: float | None = None

    def figures(self) -> dict[str, float | None]:
        """For a progress line."""
        told = asdict(self)
        del told["seen"]
        return {name: None if value is None else round(value, 4) for name, value in told.items()}


class Health:
    """Looks at what a run paints now and then, remembers, and says what it sees.

    learned, others  indices of pictures that are learned from, and of held-back ones (empty where nothing is)
    shown, asked     (PAINTED,) indices of real pictures, and their labels (PAINTED, columns), which a run paints from for its
                     checkups
    """

    def __init__(self, packed: Packed, space: FeatureSpace, canvas: Canvas, labels: Callable[[np.ndarray], np.ndarray]):
        self.learned = some_of(packed.train)
        self.others = some_of(packed.choosing)
        self.space = space
        self.training = describe(in_batches(packed, self.learned), space)
        self.held_back = describe(in_batches(packed, self.others), space) if len(self.others) else None
        self.real = self.training if self.held_back is None else self.held_back
        real = self.others if len(self.others) else self.learned
        far = describe((through_squares(batch) for batch in in_batches(packed, real)), space)
        self.shown = real[np.linspace(0, len(real) - 1, PAINTED).astype(np.int64)]
        self.asked = labels(self.shown)
        self.told = conditions(torch.from_numpy(self.asked), canvas)
        told = conditions(torch.from_numpy(labels(real)), canvas)
        self.listening = Listening(self.real, told)
        self.heard = self.listening.join(self.real, told)
        self.far = kid(self.heard, self.listening.join(far, told), subsets=20).mean
        self.variety = mean_distance(self.real)
        self.past: list[Checkup] = []

    def remember(self, lines: Iterable[Mapping[str, Any]], seen: int) -> None:
        """Take over the checkups of earlier sittings, from progress lines, up to `seen` pictures."""
        for line in lines:
            if line.get("event") == "went back":
                self.forget(line["seen"])
            if line.get("event") == "checkup" and line["seen"] <= seen:
                told = {name: line[name] for name in ("seen", "kid", "variety", "copied", "overfit") if name in line}
                self.past.append(Checkup(**told))

    def forget(self, seen: int) -> None:
        """The run went back to `seen`: what came later is not its past any more."""
        self.past = [one for one in self.past if one.seen <= seen]

    def examine(self, seen: int, painted: Iterable[np.ndarray], overfit: float | None) -> list[str]:
        """Look at pictures (uint8, premultiplied, in batches) painted as `asked`; return what has to be said, in words."""
        features = describe(painted, self.space)
        heard = self.listening.join(features, self.told[: len(features)])
        found = novelty(self.training, self.held_back, features)
        by_chance = COPIES if found.rate_of_real is None else found.rate_of_real
        self.past.append(
            Checkup(
                seen,
                kid(self.heard, heard, subsets=20).mean,
                mean_distance(features) / max(self.variety, 1e-9),
                found.rate - by_chance,
                overfit,
            )
        )
        return list(self.remarks())

    def remarks(self) -> Iterator[str]:
        """What is new at the last checkup; nothing is said twice in a row."""
        now, before = self.past[-1], self.past[:-1]
        if self.is_alike(now) and not (before and self.is_alike(before[-1])):
            yield (
                f"The pictures are becoming alike (their variety is {100 * now.variety:.0f} % of your pictures'). "
                "It often passes; if it lasts, try --augment 0.5, more pictures, or a smaller learning rate."
            )
        if now.copied > COPIES and not (before and before[-1].copied > COPIES):
            yield (
                f"More painted pictures than expected lie very close to one of yours (by {100 * now.copied:.0f} points). "
                "That is held against such a moment when the model is chosen. More pictures or --augment 0.5 help."
            )
        if self.is_stuck and not self.was_stuck:
            best = self.best
            yield (
                f"No better since {best.seen:,} pictures (KID {best.kid:.0f} then, {now.kid:.0f} now): you can stop here "
                "(Ctrl-C keeps everything)."
            )

    def is_alike(self, one: Checkup) -> bool:
        """Whether pictures looked alike then."""
        return one.variety < COLLAPSED

    @property
    def is_learned_by_heart(self) -> bool:
        """Whether the critic knows the pictures it learns from much better than others like them."""
        overfit = self.past[-1].overfit if self.past else None
        return overfit is not None and overfit > OVERFIT

    @property
    def best(self) -> Checkup:
        """The checkup with the lowest KID, copies held against it: all copies count as much as the far end.

        Until one of them was well, the last: so far away a blur is nearer than the first crisp lines, and means nothing.
        """
        lowest = min(self.past, key=lambda one: one.kid + self.far * max(0.0, one.copied - COPIES))
        return lowest if lowest.kid <= WELL * self.far else self.past[-1]

    @property
    def is_best(self) -> bool:
        """Whether the last checkup is the one whose generator is worth keeping as the model."""
        return bool(self.past) and self.best is self.past[-1]

    @property
    def is_lost(self) -> bool:
        """Whether a run that once was well is not any more, twice in a row: pictures far worse, or collapsed."""
        if len(self.past) < 3 or self.best.kid > WELL * self.far:
            return False
        limit = max(2 * self.best.kid, self.best.kid + LOST * self.far)
        worse = [one.kid > limit for one in self.past[-2:]]
        alike = [self.is_alike(one) and not self.is_alike(self.best) for one in self.past[-2:]]
        return all(worse) or all(alike)

    @property
    def is_stuck(self) -> bool:
        """Whether the best is long past."""
        return stuck(self.past)

    @property
    def was_stuck(self) -> bool:
        """The same one checkup ago."""
        return stuck(self.past[:-1])


def stuck(past: Sequence[Checkup]) -> bool:
    """Whether the lowest KID is long past."""
    if not past:
        return False
    now, best = past[-1], min(past, key=lambda one: one.kid)
    return now.seen - best.seen >= max(PATIENCE, now.seen // 3)


def some_of(indices: np.ndarray) -> np.ndarray:
    """At most `COMPARED` of them, always the same ones, spread evenly."""
    return (
        indices[np.linspace(0, len(indices) - 1, min(len(indices), COMPARED)).astype(np.int64)]
        if len(indices)
        else indices
    )


def mean_distance(features: Tensor) -> float:
    """(N, D) -> the mean distance between two of them."""
    return float(torch.pdist(features.float()).mean())

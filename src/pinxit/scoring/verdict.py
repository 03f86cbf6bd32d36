"""What a score says: every figure with what it was measured on, a plain word, and a warning where figures are weak."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from pydantic import TypeAdapter

FEWEST_TO_TRUST = 500
FEWEST_FOR_PAPERS = 10_000
SQUARES = 8
WORDS = ((0.01, "very close to the data"), (0.1, "close to the data"), (0.3, "still rough"))
"""Up to which share of the way from the floor to the far end a word holds; beyond, FAR."""
FAR = "far from the data"


@dataclass(frozen=True)
class Spread:
    """A figure and how much it varies between subsets (one standard deviation)."""

    mean: float
    deviation: float


@dataclass(frozen=True)
class Coverage:
    """Shares between 0 and 1; `density` may exceed 1."""

    precision: float
    recall: float
    density: float
    coverage: float


@dataclass(frozen=True)
class LabelScore:
    """One label column of a conditional model.

    agreement   balanced share of painted pictures that show the class they were asked for
    on_real     the same of held-back real pictures: how well the reader itself can see
    kid         class -> KID of its pictures against held-back ones of that class; classes with too few are left out
    """

    agreement: float | None
    on_real: float | None
    kid: dict[str, float]


@dataclass(frozen=True)
class Score:
    """All figures, and all that has to be said with them. KIDs are times 1000; shares are between 0 and 1."""

    kid: Spread
    floor: Spread
    far: float
    fid: float
    support: Coverage
    copied: float
    copied_of_real: float | None
    copied_pixels: float
    copied_pixels_of_real: float | None
    labels: dict[str, LabelScore]
    real: int
    painted: int
    against: str
    seeds: str
    subset_seed: int
    features: str
    resizer: str
    backgrounds: str
    of_papers: bool = False

    @property
    def way(self) -> float:
        """How far from the floor (0) to the far end (1) the painted pictures are."""
        return max(0.0, (self.kid.mean - self.floor.mean) / max(self.far - self.floor.mean, 1e-9))

    @property
    def word(self) -> str:
        """The verdict in plain words."""
        return next((word for limit, word in WORDS if self.way <= limit), FAR)

    @property
    def warning(self) -> str | None:
        """What makes the figures weak, or None."""
        few = min(self.real, self.painted)
        return f"only {few} pictures on one side: figures this small mislead" if few < FEWEST_TO_TRUST else None

    @property
    def count(self) -> int:
        """Pictures a side in the figures that depend on it: FID, precision, recall, density and coverage."""
        return min(self.real, self.painted)

    @property
    def about_fid(self) -> str:
        """What this FID may be compared with."""
        if not self.of_papers:
            return f"{self.count:,} a side: compare only with FIDs of these features at the same count"
        if self.count < FEWEST_FOR_PAPERS:
            return (
                f"{self.count:,} a side: papers print this FID too, but of {FEWEST_FOR_PAPERS:,} to 50,000, where it is "
                "much lower; compare only at the same count"
            )
        return f"{self.count:,} a side: may be compared with the FID in papers, at the same count"

    def to_json(self) -> dict[str, Any]:
        """For a model file, a run or another program."""
        return {**asdict(self), "way": self.way, "word": self.word, "warning": self.warning}

    @classmethod
    def from_json(cls, stored: Any) -> "Score | None":
        """The score in what `to_json` gave; None for anything else, since a model file may say what it likes."""
        if not isinstance(stored, Mapping):
            return None
        try:
            json.dumps(stored, allow_nan=False)
            return TypeAdapter(cls).validate_python(stored)
        except (ValueError, TypeError, RecursionError):
            return None

    @property
    def headline(self) -> str:
        """The verdict in one line."""
        mark = "~" if self.warning else ""
        return f"KID x 1000: {mark}{self.kid.mean:.1f} ± {self.kid.deviation:.1f}, {self.word}"

    def lines(self) -> list[str]:
        """For people."""
        mark = "~" if self.warning else ""
        support = self.support
        scale = f"real pictures among themselves {self.floor.mean:.1f} ± {self.floor.deviation:.1f}"
        copies = f"{percent(self.copied)} by features, {percent(self.copied_pixels)} by pixels"
        copied = f"copied       {copies}; of real pictures never trained on: there are none to compare with"
        if self.copied_of_real is not None:
            real, pixels = percent(self.copied_of_real), percent(self.copied_pixels_of_real)
            copied = f"copied       {copies}; of real pictures never trained on: {real} and {pixels}"
        rows = [
            f"KID x 1000   {mark}{self.kid.mean:.1f} ± {self.kid.deviation:.1f}   {self.word}",
            f"             {scale}, seen through {SQUARES}x{SQUARES} squares {self.far:.0f}",
            f"FID          {mark}{self.fid:.1f}   ({self.about_fid})",
            f"precision    {mark}{support.precision:.2f}   painted pictures that look like real ones",
            f"recall       {mark}{support.recall:.2f}   real pictures that could have been painted",
            f"density      {mark}{support.density:.2f}   coverage {mark}{support.coverage:.2f}",
            copied,
        ]
        for column, label in self.labels.items():
            each = ", ".join(f"{name} {value:.0f}" for name, value in label.kid.items())
            rows.append(
                f"{column:12} {percent(label.agreement)} as asked for (a reader is right on {percent(label.on_real)} of "
                f"real ones){f'; KID of each: {each}' if each else ''}"
            )
        rows.append(
            f"measured     {self.features}, {self.resizer}, {self.backgrounds}; {self.painted} painted (seeds "
            f"{self.seeds}) against {self.real} {self.against}; subsets drawn with seed {self.subset_seed}"
        )
        if self.warning:
            rows.append(f"~            {self.warning}")
        return rows


def percent(share: float | None) -> str:
    """0.123 -> "12 %"."""
    return "none" if share is None else f"{100 * share:.0f} %"

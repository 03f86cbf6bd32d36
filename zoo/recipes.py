"""How each shipped model is made: pictures, family, settings, and what is kept of the critics."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from zoo.fluent_emoji import fluent_emoji
from zoo.manners import MANNERS, draw
from zoo.photographs import photographs

FLUENT = "MIT: Fluent Emoji by Microsoft"
SMALL: dict[str, Any] = {"latents": 64, "width": 24, "critic_width": 48, "pixel_width": 32}
"""A generator and critics that fit 8 MB together, in half precision."""


DRAWN = Path("zoo-runs/drawn-manners")


def with_manners() -> str:
    """The pictures to restyle; the manners are drawn beside them."""
    draw(DRAWN)
    return photographs()


PEEPS_LABELS = ["expression", "hair", "beard", "glasses", "clothes"]


@dataclass(frozen=True)
class ShippedModel:
    """One row of the zoo. `pictures()` gives a built-in name or a folder; `settings` go to `pinxit.train`.

    licence  of the model itself
    start    the shipped model it goes on from
    """

    pictures: Callable[[], str]
    licence: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    start: str | None = None
    family: str = "projected"
    with_critics: bool = True


MODELS = {
    "peeps": ShippedModel(lambda: "peeps", "cc0-1.0", {"size": 96, "seen": 146_000, **SMALL}),
    "peeps-labels": ShippedModel(
        lambda: "peeps",
        "cc0-1.0",
        {"size": 96, "seen": 96_000, "labels": PEEPS_LABELS, "label_share": 2.0, **SMALL},
        start="peeps",
        with_critics=False,  # with them it would be too large
    ),
    "peeps-style": ShippedModel(
        lambda: "peeps",
        "cc0-1.0",
        {
            "size": 96,
            "seen": 70_000,
            "features_at": 96,
            "latents": 64,
            "styles": 64,
            "critic_width": 48,
            "pixel_width": 32,
        },
        family="stylegan",
    ),
    "peeps-captions": ShippedModel(
        lambda: "peeps",
        "cc0-1.0",
        {"size": 96, "seen": 120_000, "width": 24, "sketch_width": 24},
        family="stackgan",
        with_critics=False,
    ),
    "manners": ShippedModel(
        with_manners,
        "cc0-1.0",
        {
            "size": 192,
            "seen": 24_000,
            "width": 32,
            "style": [(DRAWN / f"{name}.png").as_posix() for name in MANNERS],
            "ema_half_life": 1_000,
            "licence": "CC0 and public domain (photographs, peeps, manners), MIT (Fluent Emoji by Microsoft)",
        },
        family="fast_style",
        with_critics=False,
    ),
    "emoji": ShippedModel(
        fluent_emoji,
        "mit",
        {
            "size": 64,
            "seen": 260_000,
            "labels": ["group"],
            "transition": 0.7,  # told sooner, each group became one picture: docs/results.md
            "fit": "pad",
            "licence": FLUENT,
            **SMALL,
        },
    ),
}

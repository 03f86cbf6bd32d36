"""How each shipped model is made: pictures, family, settings, and what is kept of the critics."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from zoo.fluent_emoji import fluent_emoji

FLUENT = "MIT: Fluent Emoji by Microsoft"
SMALL: dict[str, Any] = {"latents": 64, "width": 24, "critic_width": 48, "pixel_width": 32}
"""A generator and critics that fit 8 MB together, in half precision."""


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
        {"size": 96, "seen": 56_000, "labels": PEEPS_LABELS, **SMALL},
        start="peeps",
        with_critics=False,  # with them it would be too large
    ),
    "peeps-style": ShippedModel(
        lambda: "peeps",
        "cc0-1.0",
        {"size": 96, "seen": 150_000, "latents": 64, "styles": 64, "critic_width": 48, "pixel_width": 32},
        family="stylegan",
    ),
    "peeps-captions": ShippedModel(
        lambda: "peeps",
        "cc0-1.0",
        {"size": 96, "seen": 160_000, "width": 24, "sketch_width": 24},
        family="stackgan",
        with_critics=False,
    ),
    "emoji": ShippedModel(
        fluent_emoji,
        "mit",
        {"size": 64, "seen": 95_000, "labels": ["group"], "fit": "pad", "licence": FLUENT, **SMALL},
    ),
}

"""How each shipped model is made: pictures, family, settings, and what is kept of the critics."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from zoo.fluent_emoji import fluent_emoji

FLUENT = "MIT: Fluent Emoji by Microsoft"
SMALL: dict[str, Any] = {"latents": 64, "width": 24, "critic_width": 48, "pixel_width": 32}
"""A generator and critics that fit 8 MB together, in half precision."""


@dataclass(frozen=True)
class ShippedModel:
    """One row of the zoo. `pictures()` gives a built-in name or a folder; `settings` go to `pinxit.train`."""

    pictures: Callable[[], str]
    settings: Mapping[str, Any] = field(default_factory=dict)
    family: str = "projected"
    with_critics: bool = True


MODELS = {
    "peeps": ShippedModel(lambda: "peeps", {"size": 96, "seen": 400_000, **SMALL}),
    "peeps-labels": ShippedModel(
        lambda: "peeps",
        {"size": 96, "seen": 400_000, "labels": ["expression", "beard", "glasses"], **SMALL, "latents": 48},
        with_critics=False,
    ),
    "emoji": ShippedModel(
        fluent_emoji,
        {"size": 64, "seen": 600_000, "labels": ["group"], "fit": "pad", "licence": FLUENT, **SMALL},
    ),
}

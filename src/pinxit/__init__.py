"""pinxit: train a picture generator on your own pictures, and keep it.

>>> import pinxit
>>> run = pinxit.train("photos/", minutes=20)                                       # doctest: +SKIP
>>> pinxit.load(run.model_file).make(seeds=[1, 2, 3])[0].save("first.png")          # doctest: +SKIP
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pinxit.api import (
        Run,
        breed,
        card,
        check_data,
        complete,
        directions,
        drag,
        find,
        find_directions,
        info,
        learn_direction,
        list_families,
        load,
        make,
        mark,
        marks,
        mix,
        more_like_these,
        move,
        pack_data,
        plan,
        prepare_data,
        project,
        rank,
        reconstruct,
        rename_direction,
        restyle,
        restyle_film,
        restyle_folder,
        resume,
        score,
        sort,
        stop,
        style,
        style_folder,
        taste,
        taste_direction,
        texture,
        train,
        upscale,
        upscale_folder,
        walk,
    )  # fmt: skip
    from pinxit.dragging import Dragged
    from pinxit.errors import PinxitError
    from pinxit.exporting import export_model, quicken, save_pictures
    from pinxit.generation.lookalikes import LookAlikes
    from pinxit.generation.model import Model, Painting
    from pinxit.generation.sorting import Sorted
    from pinxit.generation.stylize import Stylized
    from pinxit.generation.texture import Texture
    from pinxit.generation.upscaling import Upscaled
    from pinxit.planning.plan import Plan
    from pinxit.projecting import Projected
    from pinxit.scoring.verdict import Score

__version__ = "0.1.0"

_HOMES = {
    "pinxit.api": (
        "Run",
        "breed",
        "card",
        "check_data",
        "complete",
        "directions",
        "drag",
        "find",
        "find_directions",
        "info",
        "learn_direction",
        "list_families",
        "load",
        "make",
        "mark",
        "marks",
        "mix",
        "more_like_these",
        "move",
        "pack_data",
        "plan",
        "prepare_data",
        "project",
        "rank",
        "reconstruct",
        "rename_direction",
        "restyle",
        "restyle_film",
        "restyle_folder",
        "resume",
        "score",
        "sort",
        "stop",
        "style",
        "style_folder",
        "taste",
        "taste_direction",
        "texture",
        "train",
        "upscale",
        "upscale_folder",
        "walk",
    ),
    "pinxit.dragging": ("Dragged",),
    "pinxit.errors": ("PinxitError",),
    "pinxit.exporting": ("export_model", "quicken", "save_pictures"),
    "pinxit.generation.lookalikes": ("LookAlikes",),
    "pinxit.generation.model": ("Model", "Painting"),
    "pinxit.generation.sorting": ("Sorted",),
    "pinxit.generation.stylize": ("Stylized",),
    "pinxit.generation.texture": ("Texture",),
    "pinxit.generation.upscaling": ("Upscaled",),
    "pinxit.planning.plan": ("Plan",),
    "pinxit.projecting": ("Projected",),
    "pinxit.scoring.verdict": ("Score",),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [
    "Dragged", "LookAlikes", "Model", "Painting", "PinxitError", "Plan", "Projected", "Run", "Score", "Sorted",
    "Stylized", "Texture", "Upscaled", "breed", "card", "check_data", "complete", "directions", "drag", "export_model",
    "find", "find_directions", "info", "learn_direction", "list_families", "load", "make", "mark", "marks", "mix",
    "more_like_these", "move", "pack_data", "plan", "prepare_data", "project", "quicken", "rank", "reconstruct",
    "rename_direction", "restyle", "restyle_film", "restyle_folder", "resume", "save_pictures", "score", "sort", "stop",
    "style", "style_folder", "taste", "taste_direction", "texture", "train", "upscale", "upscale_folder", "walk",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    """Import on first use: `import pinxit` itself costs nothing."""
    if name not in _HOME_OF:
        raise AttributeError(f"module 'pinxit' has no attribute '{name}'")
    return getattr(import_module(_HOME_OF[name]), name)


def __dir__() -> list[str]:
    return [*__all__, "__version__"]

"""What `import pinxit` hands out for pulling at pictures: handles that a person sets, and where they are to go."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pinxit.errors import PictureError, UsageError
from pinxit.runs.progress import Silent

if TYPE_CHECKING:
    from PIL.Image import Image

    from pinxit.generation.model import Model, Painting
    from pinxit.training.task import Watch

Place = tuple[float, float]


@dataclass(frozen=True)
class Dragged:
    """A picture that was pulled at. `painting` can be pulled, mixed, walked through, bred and moved again.

    before   what it was
    handles  where they ended, in pixels; `away`: how far from their targets
    steps    so many were taken
    ended    "arrived", "out of steps" or "interrupted"
    """

    painting: Painting
    before: Painting
    handles: list[Place]
    away: list[float]
    steps: int
    ended: str

    def lines(self) -> list[str]:
        """What became of it, for people."""
        far = max(self.away)
        told = (
            f"After {self.steps} steps the handles are {sum(self.away) / len(self.away):.1f} pixels from their targets"
        )
        if self.ended == "arrived":
            return [f"{told}: arrived."]
        more = "" if self.ended == "interrupted" else (
            " Try more --steps, a nearer target, or a handle on an edge that is easy to follow. What the model has never seen "
            "it cannot paint."
        )  # fmt: skip
        return [f"{told}, the worst {far:.1f}.{more}"]


def drag(
    model: str | Path | Model,
    picture: int | str | Path | Painting,
    moves: Sequence[tuple[Place, Place]],
    *,
    mask: str | Path | Image | None = None,
    steps: int = 150,
    labels: Mapping[str, str] | None = None,
    text: str | None = None,
    truncation: float = 1.0,
    device: str = "cpu",
    preview: str | Path | None = None,
    watch: Watch | None = None,
) -> Dragged:
    """Pull at a picture: what is at each handle goes to its target, and the model paints what follows from that.

    picture  a seed, a PNG that this model painted (also one that `project` found), or a painting
    moves    pairs of places in pixels (x from the left, y from the top): from where, to where
    mask     as large as the picture: white where it may move; without, all of it may
    steps    at most so many
    preview  a PNG that is written anew while it goes on
    labels, text and truncation are for a seed. Ctrl-C ends it where it is. Raises UsageError for places outside the picture and
    for models that paint from no noise, PictureError for a mask of another size or all black.
    """
    import numpy as np

    from pinxit.generation.dragging import check_moves, pull
    from pinxit.generation.model import open_model
    from pinxit.generation.parents import parents_of
    from pinxit.generation.points import paint
    from pinxit.generation.projection import check_projects
    from pinxit.generation.stylize import open_source
    from pinxit.images.files import save_png

    if not 1 <= steps <= 100_000:
        raise UsageError(f"1 to 100,000 steps can be taken; {steps} came.")
    painter = open_model(model, device)
    check_projects(painter)
    point, memories = parents_of(painter, [picture], labels=labels, text=text, truncation=truncation)
    size = painter.canvas.width, painter.canvas.height
    check_moves(moves, *size)
    movable = None
    if mask is not None:
        shown = open_source(mask, "mask")
        if shown.picture.size != size:
            came = "x".join(map(str, shown.picture.size))
            raise PictureError(
                f"The mask {shown.name} is {came} pixels, the picture {size[0]}x{size[1]}. Both must be alike."
            )
        movable = np.asarray(shown.picture.convert("L")) >= 128
        if not movable.any():
            raise PictureError(f"The mask {shown.name} is black: white says what may move.")
    watch = watch or Silent()
    place = None if preview is None else Path(preview)
    show = None if place is None else lambda picture: save_png(picture, place)
    found = pull(painter, point, moves, movable=movable, steps=steps, report=watch.report, show=show)
    origin = {
        "how": "dragged", "moves": [[list(map(float, place)) for place in move] for move in moves], "steps": found.steps,
        "parents": memories,
    }  # fmt: skip
    before = paint(painter, point, [{"how": "before dragging", "parents": memories}])[0]
    after = paint(painter, found.point, [origin])[0]
    return Dragged(after, before, found.handles, found.away, found.steps, found.ended)

"""What `import pinxit` hands out for one's own pictures among a model's: where they lie, so that they can be directed too."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pinxit.errors import PictureError, PinxitError
from pinxit.runs.progress import Silent

if TYPE_CHECKING:
    from PIL.Image import Image

    from pinxit.generation.model import Model, Painting
    from pinxit.training.task import Watch

STRANGE = 0.6
"""Of the error of a usual picture of the model: with more left, the model has no such picture."""


@dataclass(frozen=True)
class Projected:
    """What a model makes of a picture. `painting` can be mixed, walked through, bred and moved.

    wanted      the picture as the model sees it: brought to its size as its training pictures were
    error       how unlike it is still, by pixels and features; of the nearest sample `nearest`; of a usual one `usual`
    psnr        in dB, over white; of the nearest sample `nearest_psnr`
    expressed   whether the model has such pictures at all
    ended       "done" or "interrupted"
    tuned       the file of the model that was tuned to the picture, which `painting` is of then; None: none was
    untuned     the error before that
    """

    painting: Painting
    wanted: Image
    error: float
    nearest: float
    usual: float
    psnr: float
    nearest_psnr: float
    ended: str
    tuned: Path | None = None
    untuned: float | None = None

    @property
    def expressed(self) -> bool:
        """Whether the model has such pictures at all, untuned."""
        return (self.error if self.untuned is None else self.untuned) < STRANGE * self.usual

    def lines(self) -> list[str]:
        """The figures, for people."""
        told = [
            (
                f"Error {self.error:.3f} ({self.psnr:.1f} dB); the nearest of its own pictures has {self.nearest:.3f} "
                f"({self.nearest_psnr:.1f} dB), a usual one {self.usual:.3f}."
            )
        ]
        if self.tuned is not None:
            told.append(f"Before tuning it was {self.untuned:.3f}. The tuned model paints it: {self.tuned}")
        if not self.expressed:
            told.append(
                "This model cannot express the picture: it has learned nothing like it. What was found is the least unlike. "
                "Train on such pictures, or go on from this model with some of them: pinxit train FOLDER --from MODEL"
            )
        return told


def project(
    model: str | Path | Model,
    picture: str | Path | Image,
    *,
    samples: int = 2000,
    steps: int = 200,
    labels: Mapping[str, str] | None = None,
    text: str | None = None,
    tune: int = 0,
    out: str | Path | None = None,
    device: str = "cpu",
    watch: Watch | None = None,
) -> Projected:
    """Find the point from which a model paints a picture of yours most nearly.

    picture  of any size, shape and kind; brought to the model's as its training pictures were
    samples  so many of the model's own pictures are looked through for starts; steps of improvement after that
    labels, text  what the model is to hear meanwhile, where it listens to any
    tune     so many further steps in which the model itself learns to paint it exactly; it becomes a new file `out`, and the
             directions kept beside the model go along
    Ctrl-C ends it with the best so far. Raises UsageError for models that paint from no seeds, PictureError.
    """
    from pinxit.generation.coding import fitted, straight
    from pinxit.generation.directions import take_along
    from pinxit.generation.likeness import Unlikeness
    from pinxit.generation.model import open_model, to_image
    from pinxit.generation.points import paint
    from pinxit.generation.projection import beginning, check_projects, check_steps, search
    from pinxit.generation.tuning import check_tuning, write_tuned
    from pinxit.generation.tuning import tune as tuned_to
    from pinxit.images.files import open_picture
    from pinxit.networks.pictures import to_network
    from pinxit.scoring.fidelity import on_white, psnr

    check_steps(steps)
    if tune:
        check_tuning(tune, None if out is None else Path(out))
    painter, watch = open_model(model, device), watch or Silent()
    check_projects(painter)
    name = Path(picture).name if isinstance(picture, str | Path) else "a picture"
    try:
        shown = open_picture(Path(picture)) if isinstance(picture, str | Path) else picture
    except PictureError as error:
        raise PictureError(f"The picture {picture} cannot be used: {error}.") from None
    wanted = fitted(painter, [shown])[:1]  # (1, H, W, C)
    watch.say(f"Looking for {name} among {samples:,} pictures of {painter.path.name}, then {steps} steps towards it.")
    unlike = Unlikeness(to_network(wanted.copy(), painter.device))
    found = search(
        painter, unlike, beginning(painter, wanted, labels), samples=samples, steps=steps, labels=labels, text=text,
        report=watch.report,
    )  # fmt: skip
    origin = {
        "how": "projected", "picture": name, "error": round(float(found.errors[0]), 4),
        "nearest sample": round(found.nearest, 4), "samples": samples, "steps": steps,
    }  # fmt: skip
    painting, near = paint(painter, found.points_and_nearest(painter), [origin, {}])
    error, left, ended = float(found.errors[0]), None, found.ended
    if tune and ended == "done":
        watch.say(f"{tune} steps in which the model learns to paint it exactly.")
        changed, left = tuned_to(painter, unlike, found.points[0], tune, watch.report)
        told = {"picture": name, "steps": tune, "error before": round(error, 4), "error": round(left, 4)}
        write_tuned(painter, changed, Path(str(out)), told)
        painter, untuned = open_model(Path(str(out)), device), painter
        with suppress(PinxitError):  # a damaged file of directions is no reason to lose what was tuned
            take_along(untuned, painter)
        painting = paint(painter, found.points[0], [{**origin, "tuned": told}])[0]
    over_white = on_white(wanted)
    likeness = [float(psnr(over_white, on_white(fitted(painter, [one.image])[:1]))[0]) for one in (painting, near)]
    return Projected(
        painting, to_image(straight(wanted)[0]), error if left is None else left, found.nearest, found.usual, likeness[0],
        likeness[1], ended, None if left is None else painter.path, None if left is None else error,
    )  # fmt: skip

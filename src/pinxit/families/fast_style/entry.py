"""Fast style: what it is, its settings and presets. No torch here."""

from pathlib import Path, PurePath
from typing import Annotated, Any

from pydantic import BeforeValidator, field_validator

from pinxit.errors import PictureError, UsageError
from pinxit.families.contract import Family
from pinxit.images.files import PICTURE_SUFFIXES, open_picture
from pinxit.networks.grid import neighbours
from pinxit.settings import Size, TrainingSettings, setting

CELL = 16
"""Pixels. Sides of training pictures are multiples of it, so that the features they are compared by have whole cells."""
MOST_STYLES, MOST_NAMED = 4096, 64
"""Paintings to learn from, and manners that a model knows by name."""


def as_texts(value: Any) -> Any:
    """One path or several -> texts, so that `style="painting.jpg"` works too; a folder is each picture in it."""
    given = (value,) if isinstance(value, str | Path) else tuple(value)
    return tuple(str(file) for one in given for file in pictures_in(Path(one)) or (one,))


def pictures_in(folder: Path) -> list[Path]:
    """The picture files of a folder, in the order of their names; none for what is no folder."""
    if not folder.is_dir():
        return []
    return sorted(file for file in folder.iterdir() if file.suffix.lower() in PICTURE_SUFFIXES)


class FastStyleSettings(TrainingSettings):
    """The defaults are the `quick` preset."""

    size: Size = setting(
        (256, 256), "size of the training pictures; what is painted later may have any", unit="pixels", group="pictures"
    )
    style: Annotated[tuple[str, ...], BeforeValidator(as_texts)] = setting(
        (),
        "a painting whose manner is learned, or a folder of them; again and again for several",
        group="pictures",
        max_length=MOST_STYLES,
    )
    any_style: bool = setting(
        False,
        "experimental: learn from these paintings to paint in the manner of any painting that is shown later",
        group="pictures",
    )

    width: int = setting(
        48, "channels at a quarter of the size, where most is computed; half as many before and after", ge=8, le=512
    )
    blocks: int = setting(5, "residual blocks at a quarter of the size", ge=1, le=6)

    brush: int = setting(
        384,
        "longest side of the paintings as they are looked at: larger ones have larger strokes",
        unit="pixels",
        group="learning",
        ge=64,
        le=2048,
    )
    strength: float = setting(
        1.0, "how much the manner counts against the content: 0.3 gentle, 3 wild", group="learning", gt=0, le=1000
    )
    smooth: float = setting(
        0.2, "how much steps between neighbouring pixels cost (total variation)", group="learning", ge=0, le=100
    )
    features: str | None = setting(
        None,
        "the .safetensors file of a VGG-16 or VGG-19 to compare by; none: EfficientNet-Lite0",
        group="learning",
    )
    learning_rate: float = setting(2e-3, "step size (Adam) at the beginning", group="learning", gt=0, le=1)
    ema_half_life: float = setting(500, "half-life of the averaged generator", unit="pictures", group="learning", gt=0)

    seen: int = setting(40_000, "train until this many pictures were seen", unit="pictures", group="length", ge=1)
    batch: int = setting(4, "pictures in one step", unit="pictures", group="length", ge=2, le=65_536)
    report_every: int = setting(100, "a progress line every so many", unit="pictures", group="run", ge=1)
    preview_every: int = setting(1_000, "a preview sheet every so many", unit="pictures", group="run", ge=1)
    checkpoint_every: int = setting(2_000, "a checkpoint every so many", unit="pictures", group="run", ge=1)
    checkups: bool = setting(False, "not for this family: there are no real results to compare with", group="run")
    report: bool = setting(False, "not for this family: there are no real results to score against", group="run")

    @field_validator("checkups", "report")
    @classmethod
    def _nothing_to_compare_with(cls, value: bool) -> bool:
        if value:
            raise ValueError("this family paints from pictures, so there are no real results to compare with")
        return value

    @field_validator("labels")
    @classmethod
    def _no_labels(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if value:
            raise ValueError("this family listens to no labels; manners are named with --style")
        return value

    def told(self) -> "FastStyleSettings":
        """Paintings by name, without folders of this machine."""
        features = self.features and PurePath(self.features).name
        return self.model_copy(update={"style": names_of(self.style), "features": features})


def names_of(paintings: tuple[str, ...]) -> tuple[str, ...]:
    """What manners are called: the files of their paintings without folder and ending. Of very many, the first."""
    named = [PurePath(one.replace("\\", "/")).name for one in paintings[:MOST_NAMED]]
    return tuple(
        one.removesuffix(end) if (end := PurePath(one).suffix).lower() in PICTURE_SUFFIXES else one for one in named
    )


def check_paintings(settings: TrainingSettings) -> None:
    """Raise UsageError for no painting and for two of one name, PictureError for one that cannot be used."""
    assert isinstance(settings, FastStyleSettings)
    names, count = names_of(settings.style), len(settings.style)
    if count > MOST_NAMED and not settings.any_style:
        raise UsageError(
            f"{count:,} paintings came, and a model learns up to {MOST_NAMED} manners by name. Give fewer, or learn what "
            "manners have in common, for any painting to come: --any-style"
        )
    if not names:
        raise UsageError(
            "In whose manner? Name at least one painting: pinxit train PHOTOS --family fast_style --style painting.jpg"
        )
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise UsageError(
            f"Two paintings are called '{twice}', and a manner is called by its painting. Rename one of the files."
        )
    for painting in settings.style:
        try:
            width, height = open_picture(Path(painting)).size
        except PictureError as error:
            raise PictureError(f"The painting {painting} cannot be used: {error}.") from None
        if min(width, height) < CELL:
            raise PictureError(f"The painting {painting} is {width}x{height} pixels: too small to see a manner in.")


def fits(width: int, height: int) -> None:
    """Raise UsageError that names the nearest sizes, unless both sides are multiples of 16 and at least 32."""
    if width % CELL or height % CELL or min(width, height) < 2 * CELL:
        larger = max(width, 2 * CELL), max(height, 2 * CELL)
        nearest = " or ".join(f"{side[0]}x{side[1]}" for side in neighbours(*larger, CELL))
        raise UsageError(
            f"Training pictures of {width}x{height} do not fit: both sides must be multiples of {CELL}. Try --size {nearest}."
        )


FAMILY = Family(
    name="fast_style",
    title="Fast style",
    about=(
        "Learns the manner of one painting or several once, and then gives it to any photograph of any size in a fraction of a "
        "second: pinxit style PHOTO --with MODEL."
    ),
    settings=FastStyleSettings,
    presets={
        "quick": FastStyleSettings(),
        "studio": FastStyleSettings(width=64, seen=160_000, ema_half_life=2_000),
    },
    paints_from="picture",
    pytorch="pinxit.families.fast_style.pytorch:FastStyle",
    helpers=("EfficientNet-Lite0, trained on the photographs of ImageNet (Apache-2.0)",),
    fits=fits,
    needs=check_paintings,
    crisp=20_000,
)

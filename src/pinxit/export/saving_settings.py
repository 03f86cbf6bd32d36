"""What can be chosen when a picture is taken away: declared once, for Python, flags and the page."""

from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict

from pinxit.errors import UsageError
from pinxit.export.flat import MOST_COLOURS, parse_palette
from pinxit.settings import setting as declared

LARGEST_SIDE = 30_000
MOST_REPEATS = 64


def setting(default: Any, help: str, **more: Any) -> Any:
    """One declared setting of a picture."""
    return declared(default, help, group="pictures", **more)


def sound_palette(text: str | None) -> str | None:
    """A palette as it came, when it is one. Raises ValueError."""
    if text is not None:
        try:
            parse_palette(text)
        except UsageError as error:
            raise ValueError(str(error).rstrip(".")) from None
    return text


def sound_repeat(value: Any) -> Any:
    """`"3x2"` -> "3x2"; `"3"` and 3 -> "3x3". Raises ValueError."""
    words = str(value).lower().replace("×", "x").split("x")
    if len(words) > 2 or not all(word.isdigit() and 1 <= int(word) <= MOST_REPEATS for word in words):
        raise ValueError(f"say how often across and down, such as 3x2, each 1 to {MOST_REPEATS}")
    return f"{words[0]}x{words[-1]}"


class SavingSettings(BaseModel):
    """How a picture is taken away. Each kind of file reads those that mean something for it."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    times: int = setting(1, "png, webp: this many times as wide and high; files are called NAME@2x", ge=1, le=4)
    width_mm: float | None = setting(
        None, "png, tiff, pdf: how wide it is printed; none: every pixel as it is", unit="millimetres", gt=0, le=5000
    )
    dpi: int = setting(300, "png, tiff, pdf: how finely it is printed", unit="pixels an inch", ge=36, le=2400)
    palette: Annotated[str | None, AfterValidator(sound_palette)] = setting(
        None, "svg, icons: exactly these colours, such as #1b1b1b,#f4c095; none: the main ones of the picture",
        max_length=1000,
    )  # fmt: skip
    colours: int = setting(12, "svg, icons: at most so many colours, without a palette", ge=1, le=MOST_COLOURS)
    nodes: int | None = setting(
        None, "svg, icons: at most so many points and curves in a drawing; small spots are left out for it", ge=10
    )
    margin: float = setting(0.08, "icons: clear space on each side, as a share of the icon", ge=0, le=0.45)
    repeat: Annotated[str, BeforeValidator(sound_repeat)] = setting("3x3", "tile: how often across and down")
    columns: int | None = setting(None, "sheet: pictures in a row; none: about as wide as high", ge=1, le=1000)

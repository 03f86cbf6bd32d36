"""What can be chosen for a style transfer or a texture: declared once, for Python, flags and recipes. No torch here."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from pinxit.settings import setting as declared

LARGEST_PICTURE = 8192
SMALLEST_PICTURE = 16


def setting(default: Any, help: str, *, group: str = "manner", **more: Any) -> Any:
    """One declared setting; its group is "manner" unless it says otherwise."""
    return declared(default, help, group=group, **more)


class PaintingSettings(BaseModel):
    """What every picture that is optimised has."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    size: int = setting(
        512, "longest side of what is painted", unit="pixels", group="pictures", ge=SMALLEST_PICTURE, le=LARGEST_PICTURE
    )
    scales: int = setting(3, "how often it is painted, from coarse to fine, each twice as large", ge=1, le=8)
    steps: int = setting(
        60, "steps at each scale; the finest, which cost most, gets half", unit="steps", ge=1, le=10_000
    )
    strokes: float = setting(
        1.0, "size of the brush strokes: 1 as large against the picture as in the painting, 0.5 half", gt=0, le=4
    )
    statistic: Literal["gram", "moments"] = setting(
        "gram", "what is compared: gram: which features go together; moments: how strong each is, quicker and looser"
    )
    smooth: float = setting(0.15, "how much steps between neighbouring pixels cost (total variation)", ge=0, le=100)
    optimizer: Literal["adam", "lbfgs"] = setting("adam", "how it is optimised; lbfgs: fewer and dearer steps")
    pace: float = setting(0.05, "step size of adam, where the picture goes from -1 to 1", gt=0, le=1)
    seed: int = setting(0, "where noise starts", ge=0, lt=2**32)
    tile: int = setting(
        1024,
        "larger pictures are computed in tiles of this side, to save memory",
        unit="pixels",
        group="machine",
        ge=256,
        le=8192,
    )
    precision: Literal["auto", "float32", "bf16"] = setting(
        "auto", "number format of the features; auto: bf16 where the machine is quicker with it", group="machine"
    )
    device: Literal["auto", "cpu", "cuda", "mps"] = setting("auto", "where to compute", group="machine")
    preview_every: int = setting(10, "the preview file is written anew every so many", unit="steps", group="run", ge=1)


class StyleSettings(PaintingSettings):
    """A picture in the manner of others."""

    strength: float = setting(1.0, "how much the manner counts against the content: 0.3 gentle, 3 wild", gt=0, le=1000)
    keep_colours: Literal["no", "luminance", "histogram"] = setting(
        "no",
        "luminance: light and dark from the result, colours from the picture; histogram: the painting is recoloured first",
    )
    start: Literal["content", "noise"] = setting("content", "what the picture is painted over")


class OnePassSettings(BaseModel):
    """A picture in a manner that a model has learned: what of the above has a meaning there, declared alike."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    size: int | None = setting(
        None,
        "longest side of what is painted; none: as large as the picture",
        unit="pixels",
        group="pictures",
        ge=SMALLEST_PICTURE,
        le=LARGEST_PICTURE,
    )
    keep_colours: Literal["no", "luminance"] = setting(
        "no", "luminance: light and dark from the result, colours from the picture"
    )
    tile: int = setting(2048, "larger pictures are computed in tiles of this side", group="machine", ge=256, le=8192)
    precision: Literal["auto", "float32", "bf16"] = setting(
        "auto", "number format; auto: bf16 where the machine is quicker with it", group="machine"
    )
    device: Literal["auto", "cpu", "cuda", "mps"] = setting("auto", "where to compute", group="machine")


class FilmSettings(OnePassSettings):
    """The same for a film."""

    steady: float = setting(
        0.8,
        "how much of the frame before stays where nothing moves, so that strokes do not flicker; 0: none",
        ge=0,
        lt=1,
    )


class TextureSettings(PaintingSettings):
    """A texture grown from a sample."""

    start: Literal["patches", "healed", "noise"] = setting(
        "patches",
        "patches: of the sample, cut where they fit; healed: the same, then optimised so that cuts go; noise: optimised alone, "
        "no part of it is the sample's",
    )
    patch: int | None = setting(
        None, "side of the patches; none: a third of the sample's shorter side", unit="pixels", ge=8, le=1024
    )
    scales: int = setting(
        4, "from noise: how often it is painted, from coarse to fine, each twice as large", ge=1, le=8
    )
    width: int | None = setting(
        None,
        "width of the texture; none: `size`",
        unit="pixels",
        group="pictures",
        ge=SMALLEST_PICTURE,
        le=LARGEST_PICTURE,
    )
    height: int | None = setting(
        None,
        "height of the texture; none: `size`",
        unit="pixels",
        group="pictures",
        ge=SMALLEST_PICTURE,
        le=LARGEST_PICTURE,
    )
    seamless: bool = setting(False, "make it tile without a seam", group="pictures")
    smooth: float = setting(0.05, "how much steps between neighbouring pixels cost (total variation)", ge=0, le=100)
    depth: float = setting(
        4.0, "how deep the normal map is: white above black", unit="16 pixels", group="run", gt=0, le=100
    )
    normals: Literal["opengl", "directx"] = setting(
        "opengl",
        "which way the green of the normal map points: up (Blender, Unity, Godot) or down (Unreal)",
        group="run",
    )

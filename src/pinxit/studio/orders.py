"""What a work can be asked for, and what is typed for it: `pinxit style`, `walk`, `drag`, `export` and others."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field

from pinxit import api
from pinxit.errors import UsageError
from pinxit.studio.common import Asked, Id, Name, Wish

if TYPE_CHECKING:
    from pinxit.studio.studio import Studio

LARGEST_SIZE = 2048
NEEDS = {
    "style": ("picture",), "texture": ("picture",), "project": ("picture", "model"),
    "complete": ("picture", "mask", "model"), "drag": ("model", "wishes", "moves"), "film": ("model", "wishes"),
    "export": ("model",), "card": ("model",),
}  # fmt: skip
FREE = {"style": api.style_settings, "texture": api.texture_settings}
LEARNED = {"size", "keep_colours"}
"""Settings of a style that a model has learned."""
FILMS = ("gif", "apng", "webp", "mp4")
LONGEST_FILM, MOST_FPS = 60.0, 50
MOST_WISHES = 64
TABLES: dict[str, dict[str, Any]] = {
    "project": {"steps": 2_000, "samples": 10_000},
    "complete": {"count": 16, "seed": 2**32 - 1, "samples": 10_000, "steps": 2_000},
    "drag": {"steps": 1_000},
    "film": {"kind": FILMS, "seconds": LONGEST_FILM, "fps": MOST_FPS, "way": ("spherical", "linear", "spline"),
             "easing": ("even", "smooth", "in", "out"), "loop": bool},
    "export": {"to": api.EXPORTS},
    "card": {},
}  # fmt: skip
"""Settings and their limits: one of some words, yes or no, a whole number or any number up to this."""
Value = bool | int | float | Annotated[str, Field(pattern=r"^[a-zA-Z0-9.]{1,40}$")]
Pixel = Annotated[float, Field(ge=0, le=4096, allow_inf_nan=False)]
Place = tuple[Pixel, Pixel]


class Work(Asked):
    """What to paint or to make: pictures by the ids of uploads, and settings of the command of that name."""

    kind: Literal["style", "texture", "project", "complete", "drag", "film", "export", "card"]
    picture: Id | None = None
    manner: Id | None = Field(None, description="style: the painting")
    mask: Id | None = Field(
        None,
        description="as large as the picture; complete: white where it is made anew, drag: white where it may move",
    )
    model: Id | None = None
    wishes: list[Wish] = Field(
        default_factory=list, max_length=MOST_WISHES, description="film: where it stops; drag: the picture"
    )
    moves: list[tuple[Place, Place]] = Field(
        default_factory=list, max_length=16, description="drag: from where to where, in pixels"
    )
    settings: dict[Name, Value] = Field(default_factory=dict, max_length=30)


def check(request: Work) -> None:
    """Raise UsageError for what makes no sense."""
    kind = request.kind
    if absent := [name for name in NEEDS[kind] if not getattr(request, name)]:
        raise UsageError(f"For a {kind} this is missing: {', '.join(absent)}.")
    if kind == "style" and (request.manner is None) == (request.model is None):
        raise UsageError("For a style, name either a painting (manner) or a model that has learned manners.")
    if kind == "film" and len(request.wishes) < 2:
        raise UsageError("A film goes from one picture to another: two are needed, or more.")
    if kind == "drag" and len(request.wishes) > 1:
        raise UsageError(f"One picture can be pulled at; {len(request.wishes)} came.")
    if kind in FREE:
        known = LEARNED if kind == "style" and request.model else set(FREE[kind]().model_fields)
    else:
        known = set(TABLES[kind])
    for name, value in request.settings.items():
        if name not in known:
            raise UsageError(f"A {kind} has no setting '{name}'.")
        if kind in TABLES and not fits(value, TABLES[kind][name]):
            raise UsageError(f"{name} {words_of(TABLES[kind][name])}; {value} came.")
        if name in ("size", "width", "height") and not (isinstance(value, int) and value <= LARGEST_SIZE):
            raise UsageError(f"Here pictures are painted up to {LARGEST_SIZE} pixels. Larger: pinxit {kind} --help")


def fits(value: Any, limit: Any) -> bool:
    """Whether a value keeps to a limit of TABLES."""
    if isinstance(limit, tuple):
        return value in limit
    if limit is bool or isinstance(value, bool):
        return limit is bool and isinstance(value, bool)
    if isinstance(limit, float):
        return isinstance(value, int | float) and 0 < value <= limit
    return isinstance(value, int) and 0 <= value <= limit


def words_of(limit: Any) -> str:
    """A limit for people."""
    if isinstance(limit, tuple):
        return f"is one of {', '.join(limit)}"
    return "is yes or no" if limit is bool else f"goes up to {limit:,}"


def command(studio: "Studio", request: Work, folder: Path, wished: list[Path]) -> list[str]:
    """What is typed for it, writing into `folder`; `wished`: its wishes, painted. Raises a 404 for what is not there."""
    kind, settings = request.kind, request.settings
    files = {name: str(studio.uploads.find(key)) for name in ("picture", "manner", "mask")
             if (key := getattr(request, name)) is not None}  # fmt: skip
    model = str(studio.models.find(request.model).absolute()) if request.model else ""
    out = ["--out", str(folder)]
    if kind == "style":
        manner = ["--with", model] if model else [files["manner"]]
        return ["style", files["picture"], *manner, *flags_of(settings), *out]
    if kind == "texture":
        return ["texture", files["picture"], *flags_of(settings), *out]
    if kind == "project":
        return ["project", model, files["picture"], *flags_of(settings), *out]
    if kind == "complete":
        return ["complete", files["picture"], "--mask", files["mask"], "--with", model, *flags_of(settings), *out]
    if kind == "drag":
        places = [
            (name, f"{x:g},{y:g}")
            for move in request.moves
            for name, (x, y) in zip(("--from", "--to"), move, strict=True)
        ]
        moves = [f"{name}={place}" for name, place in places]
        mask = ["--mask", files["mask"]] if "mask" in files else []
        return ["drag", model, "--picture", str(wished[0]), *moves, *mask, *flags_of(settings), *out]
    if kind == "film":
        how = {name: value for name, value in settings.items() if name not in ("kind", "loop")}
        keys = folder / "keys.json"
        api.write_text(keys, api.to_text({"keys": [{"picture": str(file)} for file in wished]}))
        loop = ["--loop"] if settings.get("loop", True) else []
        ending = settings.get("kind", "webp")
        return ["walk", model, "--keys", str(keys), *flags_of(how), *loop, "--out", str(folder / f"film.{ending}")]
    name = studio.models.name_for_files(str(request.model))
    if kind == "card":
        return ["card", model, "--no-score", "--out", str(folder / "card")]
    to = settings.get("to", "onnx")
    place = folder / {"onnx": f"{name}.onnx", "web": name, "savedmodel": name}[str(to)]
    return ["export", model, "--to", str(to), "--out", str(place), *(["--title", name] if to == "web" else [])]


def flags_of(settings: dict[str, Any]) -> list[str]:
    """Settings as flags."""
    flags = []
    for name, value in settings.items():
        flag = name.replace("_", "-")
        flags.append(f"--{'' if value else 'no-'}{flag}" if isinstance(value, bool) else f"--{flag}={value}")
    return flags

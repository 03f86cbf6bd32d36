"""Settings: declared once, and from that declaration come files, flags, forms, limits and help.

A family declares a frozen pydantic model that inherits `TrainingSettings`. The order of what counts is: defaults, preset
row, settings file, single values (`--set name=value` and flags). Checked, frozen, written to `settings.json`.
"""

import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, ValidationError, WithJsonSchema

from pinxit.errors import UsageError, did_you_mean

FORMAT = 1
"""Number written into `settings.json`. Raise it with an entry in `UPGRADES` whenever a stored name changes meaning."""

UPGRADES: dict[int, Callable[[dict[str, Any]], dict[str, Any]]] = {}
"""format number -> function that turns values of that format into values of the next one."""

LARGEST_SIDE = 1024


def parse_size(value: Any) -> Any:
    """`"96x64"`, `"64"`, `64` or `(96, 64)` -> (width, height) in pixels."""
    if isinstance(value, int):
        return (value, value)
    if isinstance(value, str):
        sides = value.lower().replace("×", "x").split("x")
        if len(sides) in (1, 2) and all(side.strip().isdigit() for side in sides):
            return (int(sides[0]), int(sides[-1]))
        raise ValueError("a size is one number, such as 64, or width x height, such as 96x64")
    return value


UNITS = {"s": 1 / 60, "m": 1.0, "h": 60.0, "d": 1440.0}
LONGEST_MINUTES = 1e6
_TIME = re.compile(r"(?:([0-9]+(?:\.[0-9]+)?|\.[0-9]+)\s*([smhd]))")


def parse_minutes(value: Any) -> Any:
    """`"90s"`, `"20m"`, `"1.5h"`, `"1h30m"`, `"1d"` or a bare number of minutes -> minutes. Raises ValueError."""
    if not isinstance(value, str):
        return value
    text = value.strip().lower()
    parts = _TIME.findall(text)
    try:
        minutes = sum(float(number) * UNITS[unit] for number, unit in parts) if parts else float(text)
    except ValueError:
        minutes = -1.0
    if _TIME.sub("", text).strip() and parts:
        minutes = -1.0
    if not 0 < minutes <= LONGEST_MINUTES:
        raise ValueError(f"'{value}' is no length of time. Write for example 90s, 20m, 1.5h, 1h30m or 1d")
    return minutes


def duration(seconds: float) -> str:
    """90 -> "1m 30s"; 3700 -> "1h 1m"; 200000 -> "2d 7h"."""
    whole = int(seconds)
    if whole < 60:
        return f"{whole}s"
    if whole < 300 and whole % 60:
        return f"{whole // 60}m {whole % 60}s"
    if whole < 3600:
        return f"{whole // 60}m"
    if whole < 2 * 86_400:
        return f"{whole // 3600}h {whole % 3600 // 60}m"
    return f"{whole // 86_400}d {whole % 86_400 // 3600}h"


Side = Annotated[int, Field(ge=8, le=LARGEST_SIDE)]
Size = Annotated[
    tuple[Side, Side],
    BeforeValidator(parse_size),
    PlainSerializer(lambda size: f"{size[0]}x{size[1]}", return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "pattern": r"^\d+(x\d+)?$"}),
]

Minutes = Annotated[float, BeforeValidator(parse_minutes), Field(gt=0, le=LONGEST_MINUTES)]


def setting(default: Any, help: str, *, unit: str | None = None, group: str = "family", **limits: Any) -> Any:
    """One declared setting. `group` orders help and forms; `limits` are pydantic's (ge, le, gt, lt, min_length …)."""
    return Field(default, description=help, json_schema_extra={"unit": unit, "group": group}, **limits)


class TrainingSettings(BaseModel):
    """What every family that trains understands. Families add their own, and may change defaults."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    size: Size = setting(
        (64, 64), "size of the pictures, one number or width x height", unit="pixels", group="pictures"
    )
    alpha: bool | None = setting(None, "train transparency (RGBA); none: as the pictures are", group="pictures")
    labels: tuple[str, ...] = setting((), "label columns the generator listens to", group="pictures")
    transition: float = setting(
        0.5,
        "share of the training by which labels are told: none in its first half, then more and more; 0: at once",
        group="length", ge=0.0, le=1.0,
    )  # fmt: skip
    fit: Literal["crop", "pad", "stretch", "patches"] = setting(
        "crop", "how a picture is brought to the size", group="pictures"
    )
    mirror: bool = setting(False, "also train on left-right mirrored pictures", group="pictures")
    seamless: Literal["no", "x", "y", "both"] = setting(
        "no", "make pictures that tile without a seam, sideways (x), up and down (y) or both", group="pictures"
    )

    licence: str | None = setting(
        None, "a note on the licence of the pictures, kept with the model", group="pictures", max_length=500
    )
    consent: str | None = setting(
        None, "a note on who agreed to their use, kept with the model", group="pictures", max_length=500
    )

    seen: int = setting(400_000, "train until this many pictures were seen", unit="pictures", group="length", ge=1)
    minutes: Minutes | None = setting(
        None, "train for this long instead of `seen`, such as 20m or 1h30m", unit="minutes", group="length"
    )
    plan: bool = setting(
        True,
        "with a time given: choose what was not set so that everything completes in it; no: exactly these settings",
        group="length",
    )
    until: Literal["length", "plateau"] = setting(
        "length", "plateau: stop as soon as pictures get no better, at the latest at that length", group="length"
    )
    batch: int = setting(32, "pictures in one step", unit="pictures", group="length", ge=2, le=65_536)
    accumulate: int = setting(1, "split each step into this many parts to save memory", group="length", ge=1, le=1024)
    seed: int = setting(0, "where all randomness starts", group="length", ge=0, lt=2**32)

    ema_half_life: float = setting(
        10_000, "half-life of the averaged generator", unit="pictures", group="learning", gt=0
    )
    augment: float = setting(
        0.0, "strength of differentiable augmentation: 0 none, 1 always", group="learning", ge=0, le=1
    )
    augment_target: float | None = setting(
        None,
        "adapt `augment` so that the critic is this sure of real pictures; none: fixed",
        group="learning",
        gt=0,
        lt=1,
    )

    freeze: int = setting(
        0,
        "first layers of the critic that stay as the model of --from has them",
        unit="layers",
        group="learning",
        ge=0,
        le=64,
    )

    framework: Literal["pytorch", "tensorflow"] = setting(
        "pytorch", "what computes the training; tensorflow needs the extra of that name", group="machine"
    )
    precision: Literal["auto", "float32", "bf16"] = setting(
        "auto", "number format of training; auto: bf16 where the machine is quicker with it", group="machine"
    )
    compile: bool = setting(
        False, "compile the networks first (a minute or more; pays on long GPU runs)", group="machine"
    )
    device: Literal["auto", "cpu", "cuda", "mps"] = setting("auto", "where to compute", group="machine")
    processes: int = setting(1, "processes (GPUs) that share each batch", group="machine", ge=1, le=1024)
    gentle: bool = setting(
        False, "leave the machine usable meanwhile: lower priority, and one core left free", group="machine"
    )
    threads: int | None = setting(None, "CPU threads; none: all cores", group="machine", ge=1, le=1024)

    report_every: int = setting(1_000, "a progress line every so many", unit="pictures", group="run", ge=1)
    preview_every: int = setting(10_000, "a preview sheet every so many", unit="pictures", group="run", ge=1)
    checkpoint_every: int = setting(20_000, "a checkpoint every so many", unit="pictures", group="run", ge=1)
    checkpoint_minutes: float = setting(
        2.0, "and at least one every so many, so that a kill costs no more", unit="minutes", group="run", gt=0
    )
    checkups: bool = setting(
        True, "compare what is painted with held-back pictures at every checkpoint, and say what is wrong", group="run"
    )
    keep: int = setting(2, "newest checkpoints to keep", group="run", ge=1)
    report: bool = setting(True, "score the model and write its report card when training ends", group="run")

    def work(self, seen: int) -> float:
        """What the first `seen` pictures cost, in pictures at the full price: fewer than their number in a family whose
        first pictures are cheap. Plans, and the time left, go by it."""
        return float(seen)

    def told(self) -> "TrainingSettings":
        """The settings as a model file tells them, which strangers may read: without folders of this machine."""
        return self


class FeatureGameSettings(TrainingSettings):
    """Beside those, what families understand whose critics look at frozen picture features (`training/feature_game.py`)."""

    critic_width: int = setting(64, "channels of the heads that look at projected features", ge=8, le=1024)
    pixel_width: int = setting(
        64, "channels of the small critic of pixels where it is widest open; 0: features only", ge=0, le=512
    )
    pixel_share: float = setting(1.0, "weight of the critic of pixels beside one head on features", ge=0, le=100)
    energy_share: float = setting(
        4.0,
        "weight of the energy distance between batches of features and pixels, which speaks for variety; 0: the paper",
        group="learning",
        ge=0,
        le=1000,
    )
    label_share: float = setting(
        1.0,
        "weight of a reader of labels, for whom painted pictures should be as easy as real ones; 0: critics alone ask",
        group="learning",
        ge=0,
        le=100,
    )
    taps: int = setting(4, "how many depths of the features are looked at", ge=1, le=4)
    features_at: int = setting(
        128, "smaller pictures are enlarged to this side before their features are taken", unit="pixels", ge=32, le=1024
    )
    settle: float = setting(
        0.2,
        "last share of the run in which step sizes come down to nothing, so that pictures come to rest",
        group="learning",
        ge=0,
        le=1,
    )
    gamma: float = setting(
        5.0, "strength of the slope penalties on the critic of pixels", group="learning", ge=0, le=1000
    )
    penalty_every: int = setting(4, "steps between slope penalties", group="learning", ge=1, le=64)


Declared = TypeVar("Declared", bound=BaseModel)


def resolve(
    declaration: type[Declared],
    *layers: Mapping[str, Any] | None,
    preset: Declared | None = None,
    family: str = "this family",
) -> Declared:
    """Defaults, then `preset`, then each of `layers` in order; checked and frozen.

    Raises UsageError that names the setting, what came and what is allowed.
    """
    values: dict[str, Any] = preset.model_dump(exclude_unset=True) if preset else {}
    for layer in layers:
        values.update(layer or {})
    for name in values:
        if name not in declaration.model_fields:
            raise UsageError(f"{family} has no setting '{name}'.{did_you_mean(name, declaration.model_fields)}")
    try:
        return declaration(**values)
    except ValidationError as error:
        raise UsageError(explain(error, family)) from None


def explain(error: ValidationError, family: str) -> str:
    """pydantic's list of errors as one plain paragraph."""
    said = []
    for problem in error.errors():
        name = ".".join(str(part) for part in problem["loc"][:1]) or "settings"
        reason = problem["msg"].removeprefix("Value error, ")
        said.append(f"{family}: setting '{name}' cannot be {problem['input']!r}: {reason[0].lower()}{reason[1:]}.")
    return " ".join(dict.fromkeys(said))


def parse_assignments(assignments: list[str] | tuple[str, ...]) -> dict[str, str]:
    """`["batch=64", "width=32"]` -> {"batch": "64", ...}; the declaration turns the texts into numbers."""
    values = {}
    for assignment in assignments:
        name, equals, value = assignment.partition("=")
        if not equals or not name.strip():
            raise UsageError(f"'{assignment}' is not of the form name=value. Try for example --set batch=64")
        values[name.strip().replace("-", "_")] = read_text_value(value.strip())
    return values


def read_text_value(text: str) -> Any:
    """The words `none` and `a,b` mean what a person means by them; everything else is left to the declaration."""
    if text.lower() in ("none", "null"):
        return None
    return text


def to_json(settings: TrainingSettings, family: str) -> dict[str, Any]:
    """What `settings.json` and a model file's header hold."""
    return {"format": FORMAT, "family": family, "settings": settings.model_dump(mode="json")}


def from_json(stored: Mapping[str, Any], declaration: type[TrainingSettings], family: str) -> TrainingSettings:
    """The settings in what `to_json` wrote, older formats upgraded. Raises UsageError for what it cannot read."""
    number = stored.get("format")
    values = stored.get("settings")
    if not isinstance(number, int) or not isinstance(values, dict) or not 1 <= number <= FORMAT:
        raise UsageError(
            f"These settings have format {number!r}; this pinxit reads 1 to {FORMAT}. A newer pinxit may read them."
        )
    for older in range(number, FORMAT):
        values = UPGRADES[older](dict(values))
    return resolve(declaration, values, family=family)


def read_settings_file(path: Path) -> dict[str, Any]:
    """Values from a JSON file: either plain `{name: value}` or a whole `settings.json` of a run."""
    try:
        stored = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"The settings file {path} cannot be read: {error.strerror}.") from None
    except (ValueError, RecursionError):
        raise UsageError(f'The settings file {path} is not JSON. Write for example {{"batch": 64}}.') from None
    if not isinstance(stored, dict):
        raise UsageError(f"The settings file {path} holds a {type(stored).__name__}; it should be an object of names.")
    inner = stored.get("settings")
    return inner if isinstance(inner, dict) else stored

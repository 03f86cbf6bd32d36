"""When the time is short, starting from a model that comes with pinxit gets further than starting from nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pinxit.errors import ModelFileError
from pinxit.families.contract import Canvas, Family
from pinxit.generation.finding import shipped_models
from pinxit.runs.model_file import read_header


@dataclass(frozen=True)
class Start:
    """The name of a shipped model to start from, and why."""

    name: str
    reason: str


def shipped_start(family: Family, canvas: Canvas, expected: int | None) -> Start | None:
    """The shipped model to start from, or None. `expected`: pictures a plan will see (`Plan.seen`; None: very few)."""
    return choose_start(family, canvas, expected, shipped_headers())


def choose_start(
    family: Family, canvas: Canvas, expected: int | None, headers: Mapping[str, Mapping[str, Any]]
) -> Start | None:
    """The decision alone. A run that sees `family.crisp` pictures or more learns from nothing what it has to.

    A model serves when family, width, height and channels are the same. Of several, the one that has seen most.
    """
    if expected is not None and expected >= family.crisp:
        return None
    fitting = {name: header for name, header in headers.items() if serves(header, family, canvas)}
    if not fitting:
        return None
    name = max(fitting, key=lambda one: (pictures_seen(fitting[one]), one))
    little = f"about {expected:,} pictures" if expected is not None else "few pictures"
    return Start(
        name,
        f"Starting from the shipped model '{name}': in this time {little} will be seen, and {family.name} wants about "
        f"{family.crisp:,} from nothing. To start from nothing all the same: --from none",
    )


def serves(header: Mapping[str, Any], family: Family, canvas: Canvas) -> bool:
    """Whether a model's header tells of the same family and shape. Nonsense in it means no."""
    try:
        theirs = Canvas.from_json(header["canvas"])
    except (KeyError, TypeError, ValueError, AttributeError):
        return False
    shape = (theirs.width, theirs.height, theirs.channels)
    return header.get("family") == family.name and shape == (canvas.width, canvas.height, canvas.channels)


def pictures_seen(header: Mapping[str, Any]) -> int:
    """How much a model has learned from."""
    seen = header.get("seen")
    return seen if isinstance(seen, int) else 0


def shipped_headers() -> dict[str, dict[str, Any]]:
    """name -> header of every model that comes with pinxit; a damaged one is passed over."""
    found = {}
    for name, path in shipped_models().items():
        try:
            found[name] = read_header(path)
        except ModelFileError:
            continue
    return found

"""Where a model comes from, as its file says: pictures, models it began from, helpers. No torch; what files say is checked."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pinxit.families.catalog import families
from pinxit.report.escaping import plain

MOST_STARTS = 8


@dataclass(frozen=True)
class Data:
    """What is known of the pictures a model was trained on."""

    name: str | None = None
    count: int | None = None
    held_back: int | None = None
    licence: str | None = None
    consent: str | None = None
    fingerprint: str | None = None


@dataclass(frozen=True)
class Start:
    """The model that training began from."""

    name: str | None
    sha256: str | None
    family: str | None
    data: Data


@dataclass(frozen=True)
class Origin:
    """What the rights in a model's pictures depend on; `licence`: of the model itself, which its maker chooses."""

    data: Data
    starts: tuple[Start, ...]
    helpers: tuple[str, ...]
    licence: str | None


def helpers_of(family: str | None, starts: Iterable[Start]) -> tuple[str, ...]:
    """The helpers of those families, as far as they are installed here, that had a part in a model."""
    known = families()
    named = (family, *(start.family for start in starts))
    return tuple(dict.fromkeys(one for name in named if name in known for one in known[name].helpers))


def origin_of(header: Mapping[str, Any], licence: Any = None) -> Origin:
    """The origin of a model by its file's header; `licence`: of the model itself, when somebody chose one."""
    starts = tuple(read_starts(header.get("start")))
    family = header.get("family")
    return Origin(read_data(header.get("data")), starts, helpers_of(str(family), starts), text(licence))


def read_data(told: Any) -> Data:
    """What a model file says of pictures."""
    told = told if isinstance(told, Mapping) else {}
    words = {name: text(told.get(name)) for name in ("name", "licence", "consent", "fingerprint")}
    return Data(count=whole(told.get("count")), held_back=whole(told.get("held_back")), **words)


def read_starts(told: Any) -> Iterator[Start]:
    """What a model file says of the model that training began from, and that one's own origin in turn."""
    for _ in range(MOST_STARTS):
        if not isinstance(told, Mapping):
            return
        words = {name: text(told.get(name)) for name in ("name", "sha256", "family")}
        yield Start(data=read_data(told.get("data")), **words)
        told = told.get("start")


def text(told: Any) -> str | None:
    """A word, a sentence or a number as one line; None for nothing and for what is neither."""
    if isinstance(told, bool) or not isinstance(told, str | int | float):
        return None
    return plain(told) or None


def number(told: Any, least: float = 0.0) -> float | None:
    """A sensible number; None for anything else."""
    if isinstance(told, bool) or not isinstance(told, int | float) or not least <= told < 1e15:
        return None
    return float(told)


def whole(told: Any) -> int | None:
    """A sensible whole number."""
    found = number(told)
    return None if found is None else int(found)

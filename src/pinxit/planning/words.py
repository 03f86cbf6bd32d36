"""A plan in plain words. Each function is one reason; None where there is nothing to say."""

from collections.abc import Mapping, Sequence
from typing import Any

from pinxit.families.contract import Family
from pinxit.planning.choices import ROWS, Candidate, Facts, pictures_for, pictures_in, speed_of
from pinxit.settings import TrainingSettings, duration
from pinxit.training.pace import Schedules

LITTLE, PLENTY = 0.25, 20
"""Shares of what crisp pictures want: below the first they will be rough, above the second more time may change nothing."""
NOT_CHOICES = {"minutes", "plan", "gentle", "device", "seed", "report", "licence", "consent"}
"""Settings that a plan has no opinion on, so that keeping them needs no words."""


def by(size: tuple[int, int]) -> str:
    """(96, 64) -> "96x64"."""
    return f"{size[0]}x{size[1]}"


def about(count: float) -> str:
    """A number as it can be trusted, to two digits: 61,732 -> "62,000"."""
    power = max(0, len(str(int(count))) - 2)
    return f"{round(count / 10**power) * 10**power:,}"


def speed(chosen: Candidate, pictures_a_second: float) -> str:
    """What was measured, and with what."""
    now = chosen.settings
    threads = "1 thread" if now.threads == 1 else f"{now.threads} threads"
    where = threads if now.device == "cpu" else now.device
    gentle = ", gently" if now.gentle else ""
    return (
        f"Measured on this machine just now: {pictures_a_second:.3g} pictures a second at {by(now.size)}, {now.batch} in "
        f"a step ({where}{gentle})."
    )


def size(
    family: Family,
    rows: Sequence[Candidate],
    place: int,
    measured: Mapping[int, float],
    seconds: float,
    facts: Facts,
    *,
    fixed: bool,
    by_preset: str | None,
) -> str | None:
    """Why this size."""
    chosen = rows[place]
    if fixed or by_preset is not None:
        return None if fixed else f"Size {by(chosen.settings.size)}: the size of the preset {by_preset}."
    mine = f"Size {by(chosen.settings.size)}:"
    if place + 1 < len(rows):
        larger = rows[place + 1]
        could = pictures_in(seconds, speed_of(place + 1, rows, measured))
        if not measured.get(place + 1, 1.0):
            return f"{mine} at {by(larger.settings.size)} the memory of this machine might not be enough."
        how = "measured" if place + 1 in measured else "estimated by the number of pixels"
        return (
            f"{mine} at {by(larger.settings.size)} about {about(could)} pictures could be seen in this time ({how}); crisp "
            f"ones are assumed to want {about(pictures_for(family, larger))}."
        )
    if facts.side is None:
        return f"{mine} the largest a plan chooses by itself."
    return f"{mine} your pictures have no more (most of them {facts.side} pixels or more on the shorter side)."


def preset(chosen: Candidate, *, fixed: bool) -> str | None:
    """Which row of the table."""
    if chosen.preset is None or fixed:
        return None
    for_what = "small networks, for short times and small pictures" if chosen.preset == ROWS[0] else "larger networks"
    return f"Preset {chosen.preset}: {for_what}."


def of_start(settings: TrainingSettings) -> str:
    """What the model to go on from decides."""
    return f"Size {by(settings.size)} and the networks: those of the model to go on from."


def rest(settings: TrainingSettings, given: Mapping[str, Any]) -> list[str]:
    """Batch and precision."""
    said = []
    if "batch" not in given:
        said.append(f"Batches of {settings.batch}.")
    if "precision" not in given or given["precision"] == "auto":
        why = "this machine multiplies it natively" if settings.precision == "bf16" else "quickest on this machine"
        said.append(f"Numbers in {settings.precision} ({why}).")
    if settings.compile:
        said.append("Measured before compiling, which makes it quicker.")
    if settings.processes > 1:
        said.append(f"{settings.processes} processes, assumed to be {settings.processes} times as quick as one.")
    return said


def schedules(settings: TrainingSettings, made: Schedules, expected: int) -> str:
    """What the length does to schedules."""
    if "seen" in made.kept:
        return f"Schedules for {settings.seen:,} pictures, as you said; the time ends training."
    names = [name for name in made.usual if name not in made.kept]
    told = ", ".join(f"{name.replace('_', ' ')} {getattr(settings, name):,.0f}" for name in names)
    return (
        f"About {about(expected)} pictures will be seen; everything that changes on the way is done by then"
        f"{f' ({told})' if told else ''}. If the pace turns out different, schedules follow it."
    )


def kept(given: Mapping[str, Any]) -> str | None:
    """What a person chose, which nothing was changed of."""
    names = [name.replace("_", "-") for name in given if name not in NOT_CHOICES]
    return f"Kept as you set it: {', '.join(names)}." if names else None


def worth(expected: int, wanted: int, pictures_a_second: float, *, going_on: bool = False) -> str | None:
    """Whether the time is far too short, or more than is of use. `going_on` from a model needs no minimum."""
    if expected < LITTLE * wanted and not going_on:
        needed = duration(wanted / max(pictures_a_second, 1e-9))
        return (
            f"That is little: crisp pictures want about {about(wanted)} seen (some {needed} here). Expect rough shapes; "
            "pinxit resume makes a run longer at any time."
        )
    if expected > PLENTY * wanted:
        return (
            "That is more than these networks are known to need: when pictures get no better, training says so, and "
            "Ctrl-C keeps everything."
        )
    return None


def too_short(settings: TrainingSettings, *, going_on: bool = False) -> str:
    """The one reason of a plan for a very short time."""
    assert settings.minutes is not None
    expect = "the manner to change first, shapes later" if going_on else "first blots of colour, no pictures"
    return (
        f"{duration(60 * settings.minutes)} is too short to measure the machine first: {by(settings.size)} pixels, and "
        f"schedules follow the pace while training. Expect {expect}; pinxit resume goes on."
    )


def what_it_means(
    settings: TrainingSettings, facts: Facts, seen: int | None, pictures_a_second: float | None
) -> list[str]:
    """For who plans to print, to wait and to look."""
    width, height = settings.size
    at = {dots: " x ".join(f"{side / dots * 2.54:.1f}" for side in (width, height)) for dots in (150, 300)}
    lines = [
        f"Printed, a picture of {by(settings.size)} pixels measures {at[150]} cm at 150 dpi, {at[300]} cm at 300 dpi."
    ]
    if seen is not None and pictures_a_second:
        times = seen / max(facts.count, 1)
        if settings.fit != "patches":
            lines.append(f"Each of the {facts.count:,} pictures to train on is seen about {times:,.0f} times.")
        lines.append(f"The first preview comes after about {duration(settings.preview_every / pictures_a_second)}.")
    return lines

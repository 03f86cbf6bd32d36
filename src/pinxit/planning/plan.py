"""A plan: pictures, machine and time given -> settings with which everything completes, and why.

It chooses only what a person left open. Speeds are measured; where a figure is assumed, the reason says so.
"""

import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from pinxit.data.picture_folder import PictureSource
from pinxit.errors import UsageError
from pinxit.families.contract import Family
from pinxit.planning import words
from pinxit.planning.choices import (
    Candidate,
    Facts,
    best,
    candidates,
    look_at,
    pictures_for,
    pictures_in,
    rhythm,
)
from pinxit.planning.speed import measured_speed, room_on_cpu
from pinxit.settings import TrainingSettings
from pinxit.training.device import choose_device, resolve_machine
from pinxit.training.pace import Schedules

MEASURED_FROM = 2.0
"""Minutes. In less time nothing is measured beforehand: building the networks twice would cost too much of it."""
SHARE = 0.01
MOST_SECONDS = 8.0
"""A measurement takes this share of the time, and no longer than this."""
MOST_MEASURED = 3
"""Candidates that are measured; so that measuring takes at most three hundredths of the time."""
BATCH_FROM, LARGEST_BATCH, QUICKER, FEWEST_STEPS = 10.0, 4, 1.15, 5_000
"""On a GPU, in 10 minutes or more, batches up to 4 times the preset's are tried. One is taken when it is 15 % quicker and
leaves 5,000 steps: in fewer a generator has too little chance to learn."""

NOTHING: Mapping[str, Any] = {}
Measure = Callable[[TrainingSettings], float]
"""Settings -> pictures a second, 0 when there is not enough memory."""


@dataclass(frozen=True)
class Plan:
    """What was chosen, and why.

    settings  resolved, with everything in them: what `pinxit train` would run with
    preset    the row of the family's table they began from
    reasons   sentences for people, most important first
    seen      pictures expected to be seen; None when the time was too short to measure the machine first
    speed     pictures a second, measured; None as above
    spent     seconds that planning took: they are a part of the time given
    facts     what was found out about the pictures
    """

    family: str
    settings: TrainingSettings
    preset: str | None
    reasons: tuple[str, ...]
    seen: int | None
    speed: float | None
    spent: float
    facts: Facts
    schedules: Schedules

    def lines(self) -> list[str]:
        """The plan for people, with what it means for them."""
        return [*self.reasons, *words.what_it_means(self.settings, self.facts, self.seen, self.speed)]

    def to_keep(self) -> dict[str, Any]:
        """What `settings.json` holds of it, so that resume goes on with the plan."""
        told = {"preset": self.preset, "speed": self.speed, "reasons": list(self.reasons)}
        return {**self.schedules.to_json(), **told}

    def to_json(self) -> dict[str, Any]:
        """The plan for programs."""
        return {
            "family": self.family,
            "preset": self.preset,
            "settings": self.settings.model_dump(mode="json"),
            "seen": self.seen,
            "speed": self.speed,
            "spent": round(self.spent, 2),
            "pictures": self.facts.count,
            "kept": list(self.schedules.kept),
            "reasons": list(self.reasons),
        }


def make_plan(
    source: PictureSource,
    family: Family,
    preset: str | None,
    given: Mapping[str, Any],
    fixed: Mapping[str, Any] = NOTHING,
    *,
    measure: Measure | None = None,
) -> Plan:
    """A plan for `given["minutes"]` of training.

    given  every setting a person named: these are kept, and so is a `preset` that was named
    fixed  settings of the model to go on from: its size and networks
    Raises PinxitError for wishes that cannot be, and for pictures that cannot be used.
    """
    began = time.monotonic()
    facts = look_at(source)
    wanted = {**fixed, **given}
    open_rows = candidates(family, preset, wanted, facts.side, choose_device(str(given.get("device", "auto"))))
    rows = [Candidate(row.preset, resolve_machine(row.settings)) for row in open_rows]
    family.fits(*rows[0].settings.size)
    source = source.only_labels(rows[0].settings.labels) if rows[0].settings.labels else source
    minutes = rows[0].settings.minutes
    assert minutes is not None
    if minutes < MEASURED_FROM:
        return unmeasured(family, rows[0], facts, given, preset, going_on=bool(fixed))
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        seconds = min(MOST_SECONDS, SHARE * 60 * minutes)
        measure = measure or partial(measured_speed, source=source, family=family, seconds=seconds, aside=Path(folder))
        place, measured = choose(family, rows, 60 * minutes, measure)
        chosen, speed = rows[place], measured[place]
        if not speed:
            raise UsageError("There is not enough memory for this. Try a smaller --batch or --size, or --accumulate 2.")
        if "batch" not in given and minutes >= BATCH_FROM and chosen.settings.device == "cuda":
            chosen, speed = with_larger_batch(chosen, speed, 60 * minutes, measure)
    spent = time.monotonic() - began
    expected = pictures_in(60 * minutes - spent, speed)
    schedules = Schedules.of(family.schedules, chosen.settings, list(given))
    settings = schedules.fitted(chosen.settings, max(expected, chosen.settings.batch))
    settings = settings.model_copy(update=rhythm(chosen.settings, expected, speed, given))
    fixed_size = "size" in wanted or family.paints_from == "picture"
    reasons = [
        words.speed(chosen, speed),
        words.size(family, rows, place, measured, 60 * minutes, facts, fixed=fixed_size, by_preset=preset),
        words.of_start(chosen.settings) if fixed else None,
        words.preset(chosen, fixed=preset is not None or bool(fixed)),
        *words.rest(settings, given),
        words.schedules(settings, schedules, expected),
        words.kept(given),
        words.worth(expected, pictures_for(family, chosen), speed, going_on=bool(fixed)),
    ]
    told = tuple(reason for reason in reasons if reason)
    return Plan(family.name, settings, chosen.preset, told, expected, speed, spent, facts, schedules)


def as_given(family: Family, settings: TrainingSettings, preset: str | None, given: Mapping[str, Any]) -> Plan:
    """No plan: exactly these settings (resolved). What a later plan has to know is kept all the same."""
    schedules = Schedules.of(family.schedules, settings, list(given))
    return Plan(family.name, settings, preset, (), None, None, 0.0, Facts(0, None), schedules)


def unmeasured(
    family: Family, chosen: Candidate, facts: Facts, given: Mapping[str, Any], preset: str | None, *, going_on: bool
) -> Plan:
    """The plan for a time too short to measure in: the most modest candidate; the loop fits schedules by its own pace."""
    often = {"report_every": min(chosen.settings.report_every, 4 * chosen.settings.batch)}
    settings = chosen.settings.model_copy(update={name: value for name, value in often.items() if name not in given})
    schedules = Schedules.of(family.schedules, chosen.settings, list(given))
    reasons = [
        words.too_short(settings, going_on=going_on),
        words.preset(chosen, fixed=preset is not None or going_on),
        words.kept(given),
    ]
    told = tuple(reason for reason in reasons if reason)
    return Plan(family.name, settings, chosen.preset, told, None, None, 0.0, facts, schedules)


def choose(
    family: Family, rows: list[Candidate], seconds: float, measure: Measure, room: Callable[[], float] | None = None
) -> tuple[int, dict[int, float]]:
    """Measure the first candidate, guess the others by their pixels, and measure what the guess chose, until it holds.

    `room`: how many times as much memory as the first candidate needed there is (None: look); larger ones are not tried on
    a processor.
    """
    measured = {0: measure(rows[0].settings)}
    if rows[0].settings.device == "cpu":
        most = (room or room_on_cpu)() * rows[0].area
        measured |= {place: 0.0 for place, row in enumerate(rows) if place and row.area > most}
    tried = len(measured) - 1
    while True:
        place = best(family, rows, measured, seconds, known_only=len(measured) - tried == MOST_MEASURED)
        if place in measured:
            return place, measured
        measured[place] = measure(rows[place].settings)


def with_larger_batch(chosen: Candidate, speed: float, seconds: float, measure: Measure) -> tuple[Candidate, float]:
    """The batch the machine is quickest with, among the preset's and its doublings."""
    times = 2
    while times <= LARGEST_BATCH:
        settings = chosen.settings.model_copy(update={"batch": chosen.settings.batch * 2})
        quicker = measure(settings)
        if quicker < QUICKER * speed or pictures_in(seconds, quicker) < FEWEST_STEPS * settings.batch:
            break
        chosen, speed, times = Candidate(chosen.preset, settings), quicker, times * 2
    return chosen, speed


def longer(
    family: Family, settings: TrainingSettings, stored: Any, seen: int, seconds: float
) -> tuple[TrainingSettings, str | None]:
    """A run's settings after its length was changed, with schedules for it; and what to say.

    stored         what `settings.json` holds under "plan"; anything unsound leaves the settings as they are
    seen, seconds  where the run stands: from these comes its speed
    """
    schedules = Schedules.from_json(stored, family.schedules, settings)
    if schedules is None or not settings.plan or "seen" in schedules.kept or not seen or not seconds:
        return settings, None
    total = settings.seen
    if settings.minutes is not None:
        total = round(seen * 60 * settings.minutes / seconds)
        if total <= seen:
            return settings, None
    total = max(total if total < 1000 else total // 100 * 100, settings.batch)
    return schedules.fitted(settings, total), f"The schedules are made anew, for about {total:,} pictures in all."

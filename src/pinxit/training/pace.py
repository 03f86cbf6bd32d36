"""Holding a plan: schedules are made for a number of pictures, the time is given, and the pace may turn out different."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pinxit.errors import UsageError
from pinxit.runs.checkpoint_folder import Moment
from pinxit.settings import TrainingSettings, resolve

LOOKS = (0.1, 0.2, 0.4, 0.6, 0.8)
"""Shares of the time at which the pace is looked at: a plan changes at a few moments, and early rather than late."""
FIRST_LOOKS = (0.02, 0.05)
"""And these, when nothing was measured before: schedules are then made for the length of the preset."""
FEWEST_STEPS = 3
"""Steps that a pace is taken over, at least."""
ROUNDS = 8
"""Of guessing how many pictures some work is enough for, where not all cost the same."""
OFF = 0.05
"""A prediction this much beside the plan is worth new schedules."""


@dataclass(frozen=True)
class Schedules:
    """How a family's schedules are fitted to a length.

    fit     the family's `schedules`: (settings of the preset, pictures) -> the settings that make all complete in so many
    kept    settings a person gave by name: never changed
    usual   what preset and family say of those that are fitted, before any fitting
    """

    fit: Callable[[TrainingSettings, int], Mapping[str, Any]]
    kept: tuple[str, ...] = ()
    usual: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of(
        cls, fit: Callable[[TrainingSettings, int], Mapping[str, Any]], unplanned: TrainingSettings, kept: Sequence[str]
    ) -> "Schedules":
        """For settings that nothing has been fitted in yet."""
        names = fit(unplanned, unplanned.seen)
        return cls(fit, tuple(kept), {name: getattr(unplanned, name) for name in names})

    def fitted(self, settings: TrainingSettings, seen: int) -> TrainingSettings:
        """`settings` with everything that depends on its length made for `seen` pictures."""
        if "seen" in self.kept:
            return settings
        wanted = self.fit(settings.model_copy(update=dict(self.usual)), seen)
        changed = {name: value for name, value in wanted.items() if name not in self.kept}
        return settings.model_copy(update={**changed, "seen": seen})

    def to_json(self) -> dict[str, Any]:
        """What `settings.json` holds, so that resume goes on with the plan."""
        return {"kept": list(self.kept), "usual": dict(self.usual)}

    @classmethod
    def from_json(
        cls,
        stored: Any,
        fit: Callable[[TrainingSettings, int], Mapping[str, Any]],
        settings: TrainingSettings,
    ) -> "Schedules | None":
        """None when there is no plan in `stored`, or no sound one: the run then goes on with the settings it has."""
        if not isinstance(stored, Mapping):
            return None
        kept, usual = stored.get("kept"), stored.get("usual")
        if not isinstance(kept, list) or not isinstance(usual, dict):
            return None
        try:
            usual = resolve(type(settings), usual).model_dump(include=set(usual))
        except UsageError:
            return None
        return cls(fit, tuple(map(str, kept)), usual)


class Pace:
    """Looks now and then at how many pictures a second there are, and says for how many to plan.

    minutes  the length of the run; None: it is as long as its pictures, and there is nothing to look at
    work     (pictures planned, pictures seen) -> what those seen cost, in pictures at the full price
    """

    def __init__(self, minutes: float | None, begun: Moment, work: Callable[[int, int], float] = lambda _, seen: seen):
        self._work = work
        self.seconds = 60 * minutes if minutes else 0.0
        shares = LOOKS if begun.seconds else FIRST_LOOKS + LOOKS  # planning, like training, takes seconds
        self._looks = [share * self.seconds for share in shares if share * self.seconds > begun.seconds]
        self._anchor: tuple[float, int] | None = None
        self._steps = 0
        self.speed = 0.0

    def look(self, moment: Moment, planned: int) -> int | None:
        """After every step: pictures to plan for instead of `planned`, or None while the plan holds."""
        if self._anchor is None:  # the first step is slower than all others
            self._anchor = (moment.seconds, moment.seen)
            return None
        self._steps += 1
        if not self._looks or moment.seconds < self._looks[0] or self._steps < FEWEST_STEPS:
            return None
        seconds, seen = self._anchor
        self.speed = (moment.seen - seen) / max(moment.seconds - seconds, 1e-9)
        self._looks = [when for when in self._looks if when > moment.seconds]
        self._anchor, self._steps = (moment.seconds, moment.seen), 0
        paid = (self._work(planned, moment.seen) - self._work(planned, seen)) / max(moment.seconds - seconds, 1e-9)
        total = self._affordable(moment.seen, planned, paid * max(self.seconds - moment.seconds, 0.0))
        return total if abs(total - planned) > OFF * planned else None

    def _affordable(self, seen: int, planned: int, work: float) -> int:
        """The pictures in all that `work`, from `seen` on, is enough for. A longer plan has later and cheaper beginnings."""
        left = max(planned - seen, 1.0)
        for _ in range(ROUNDS):
            total = round(seen + left)
            price = (self._work(total, total) - self._work(total, seen)) / max(total - seen, 1)
            left = work / max(price, 1e-6)
        return round(seen + left)

"""The clock of a run: seconds of training over all sittings, without those in which the machine slept.

A closed laptop lid, Ctrl-Z or SIGSTOP leave a gap between two steps. Linux's monotonic clock leaves suspend out by itself,
other systems' clocks do not, and none leaves out a stopped process, so a step that took far longer than steps do is counted
as a usual one.
"""

import time
from collections import deque
from collections.abc import Callable
from statistics import median

from pinxit.runs.checkpoint_folder import Moment

LONGEST_STEP = 30.0
"""Seconds. A shorter gap is never taken for sleep: a busy disk can explain it."""
TIMES_THE_USUAL = 20.0
"""And a gap must be so many times the median of the last steps."""
FEWEST_STEPS = 3
"""Until so many steps are known nothing is judged: the first may compile, and choose its kernels."""
REMEMBERED = 64


class Clock:
    """Call `step` after every step, and `worked` after whatever the loop itself did between two steps."""

    def __init__(self, moment: Moment, now: Callable[[], float] = time.monotonic):
        self._now = now
        self._mark = self._kept = now()
        self.began_at, self.began_seen = moment.seconds, moment.seen
        self.seconds = moment.seconds
        self._steps: deque[float] = deque(maxlen=REMEMBERED)
        self._lap = (moment.seconds, moment.seen)
        self._laps: deque[tuple[float, int]] = deque([self._lap], maxlen=12)

    def step(self) -> float:
        """A step has ended. Returns the seconds it was asleep for: they are not counted."""
        took = self._elapsed()
        slept = asleep(took, self._steps)
        self._steps.append(took - slept)
        self.seconds += took - slept
        return slept

    def worked(self) -> None:
        """Checkpoints, previews and checkups take what they take."""
        self.seconds += self._elapsed()

    def _elapsed(self) -> float:
        before, self._mark = self._mark, self._now()
        return self._mark - before

    def since_kept(self) -> float:
        """Seconds since the last checkpoint, asleep or awake."""
        return self._now() - self._kept

    def kept(self) -> None:
        """A checkpoint has been written."""
        self._kept = self._now()

    def lap(self, seen: int) -> tuple[float, float]:
        """(pictures a second, seconds) since the last lap."""
        seconds, before = self._lap
        took = max(self.seconds - seconds, 1e-9)
        self._lap = (self.seconds, seen)
        self._laps.append(self._lap)
        return (seen - before) / took, took

    def pace(self, work: Callable[[int], float] = float) -> float:
        """Pictures a second over the last laps, with everything between steps: what the time left is made of.

        work  pictures seen -> what they cost, where some cost less than others (`TrainingSettings.work`)
        """
        (seconds, seen), (now, seen_now) = self._laps[0], self._laps[-1]
        return (work(seen_now) - work(seen)) / max(now - seconds, 1e-9)


def asleep(took: float, usual: deque[float]) -> float:
    """How much of a step of `took` seconds was no training, after steps of `usual` seconds."""
    if len(usual) < FEWEST_STEPS or took <= LONGEST_STEP:
        return 0.0
    middle = median(usual)
    return took - middle if took > TIMES_THE_USUAL * middle else 0.0

"""Run work in threads and take the results in order, with only a few of them in memory."""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

_HANDFUL = 8  # items a thread takes at once: handing over single small pictures would cost a tenth of the time
_WAITING = 32  # handfuls that may be ahead of the reader


def in_order(pool: ThreadPoolExecutor, work: Callable[[Item], Result], items: Sequence[Item]) -> Iterator[Result]:
    """`work` of each item, in the order of `items`. An exception of `work` comes up here."""
    waiting: deque[Future[list[Result]]] = deque()
    try:
        for start in range(0, len(items), _HANDFUL):
            waiting.append(pool.submit(_handful, work, items[start : start + _HANDFUL]))
            if len(waiting) > _WAITING:
                yield from waiting.popleft().result()
        while waiting:
            yield from waiting.popleft().result()
    finally:
        for future in waiting:
            future.cancel()


def _handful(work: Callable[[Item], Result], items: Sequence[Item]) -> list[Result]:
    return [work(item) for item in items]

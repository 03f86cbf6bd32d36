"""Painted ahead: while a file is written, threads of their own paint the next pictures.

On two cores two painters with a thread each, and batches that stay in the cache, paint sooner than one painter whose layers are
all split between both, and nobody waits for the slower half of a layer where other programs take their share of the cores.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Generator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np
import torch

from pinxit.generation.points import Points, paint_points

if TYPE_CHECKING:
    from pinxit.generation.model import Model

EACH = 8
"""Pictures that one painter paints at once: fewer cost more each, and more of them leave the cache of most processors."""


def paint_ahead(model: Model, points: Points, precision: str = "float32", batch: int = 16) -> Generator[np.ndarray]:
    """The pictures of `paint_points`, in the same order, painted before they are asked for.

    batch  pictures that are being painted at any moment, by all painters together; as many more may be waiting
    """
    threads = torch.get_num_threads()
    painters = min(threads, max(1, batch // EACH)) if shares_well(model, points) else 1
    each = max(1, batch // painters)

    def some(start: int) -> list[np.ndarray]:
        return list(paint_points(model, points[start : start + each], precision, each))

    pool = ThreadPoolExecutor(painters, "painter", torch.set_num_threads, (threads // painters,))
    try:
        waiting: deque[Future[list[np.ndarray]]] = deque()
        for start in range(0, len(points), each):
            waiting.append(pool.submit(some, start))
            if len(waiting) > 2 * painters:
                yield from waiting.popleft().result()
        while waiting:
            yield from waiting.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)
        torch.set_num_threads(threads)  # a painter's own number is also what threads begun later start with


def shares_well(model: Model, points: Points) -> bool:
    """Whether several threads may paint with one generator: not while labels are blended or features moved in it."""
    return points.plain and model.device.type == "cpu" and not model.in_keras and not model.in_onnx

"""One warm worker for each model in use: started when first asked, the most urgent wish first, put to rest when idle."""

import asyncio
import heapq
import itertools
import json
import os
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pinxit.errors import ModelFileError, PinxitError, UsageError
from pinxit.studio.painter import LENGTHS

MOST_WARM = 3
IDLE = 600.0
MOST_WAITING = 256
DRAG, ONE, WALL = 0, 1, 2
"""How urgent a wish is: what a hand drags, a single picture, the wall."""


@dataclass(frozen=True)
class Frame:
    """What came back: `header` says sizes and recipes, `content` are pixels or a file."""

    header: dict[str, Any]
    content: bytes


@dataclass
class Painter:
    """A worker process and the wishes that wait for it."""

    path: Path
    process: Any = None
    used: float = 0.0
    waiting: list[tuple[int, int, dict[str, Any], asyncio.Future[Frame]]] = field(default_factory=list)
    task: Any = None
    awake: asyncio.Event = field(default_factory=asyncio.Event)
    numbers: Any = field(default_factory=itertools.count)

    async def ask(self, wish: dict[str, Any], urgency: int) -> Frame:
        """The answer to one wish. Raises PinxitError, and UsageError when too many wait already."""
        if len(self.waiting) >= MOST_WAITING:
            raise UsageError("The studio is asked for more pictures than it can paint. Wait a moment.")
        self.used = time.monotonic()
        answer: asyncio.Future[Frame] = asyncio.get_running_loop().create_future()
        heapq.heappush(self.waiting, (urgency, next(self.numbers), wish, answer))
        if self.task is None or self.task.done():
            self.task = asyncio.create_task(self.work())
        self.awake.set()
        return await answer

    async def work(self) -> None:
        """Answer wishes until the process ends or is told to."""
        taken: asyncio.Future[Frame] | None = None
        try:
            await self.start()
            while True:
                while not self.waiting:
                    self.awake.clear()
                    await self.awake.wait()
                _, _, wish, taken = heapq.heappop(self.waiting)
                if taken.cancelled():
                    continue
                self.process.stdin.write(json.dumps(wish).encode() + b"\n")
                await self.process.stdin.drain()
                frame = await self.read()
                if not taken.done():
                    if "problem" in frame.header:
                        taken.set_exception(UsageError(frame.header["problem"]))
                    else:
                        taken.set_result(frame)
        except (asyncio.IncompleteReadError, OSError, PinxitError) as error:
            told = (
                error
                if isinstance(error, PinxitError)
                else ModelFileError("The painter of this model ended. Try again.")
            )
            for answer in [taken, *(entry[3] for entry in self.waiting)]:
                if answer is not None and not answer.done():
                    answer.set_exception(told)
            self.waiting.clear()
        finally:
            await self.stop()

    async def start(self) -> None:
        """Start the process. Raises ModelFileError for a model it cannot load."""
        cores = os.cpu_count() or 1
        threads = {} if "OMP_NUM_THREADS" in os.environ else {"OMP_NUM_THREADS": str(max(1, cores - 1))}
        self.process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "pinxit.studio.painter", str(self.path),
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
            env={**os.environ, **threads}, limit=1 << 16,
        )  # fmt: skip
        frame = await self.read()
        if "problem" in frame.header:
            raise ModelFileError(frame.header["problem"])

    async def read(self) -> Frame:
        """One answer."""
        header, content = LENGTHS.unpack(await self.process.stdout.readexactly(LENGTHS.size))
        told = json.loads(await self.process.stdout.readexactly(header))
        return Frame(told, await self.process.stdout.readexactly(content) if content else b"")

    async def stop(self) -> None:
        """End the process."""
        process, self.process = self.process, None
        if process is not None and process.returncode is None:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()


class Painters:
    """All warm workers, by file and role: "paint", and "study" for what takes longer than a drag may wait."""

    def __init__(self) -> None:
        self._warm: dict[tuple[Path, str], Painter] = {}
        self._stamps: dict[tuple[Path, str], float] = {}

    async def ask(self, path: Path, wish: dict[str, Any], urgency: int = ONE, role: str = "paint") -> Frame:
        """Have a model paint. A model file that has changed since is loaded anew."""
        key, stamp = (path, role), path.stat().st_mtime if path.exists() else 0.0
        if key in self._warm and self._stamps[key] != stamp and not self._warm[key].waiting:
            await self.rest(key)
        if key not in self._warm:
            others = sorted(self._warm, key=lambda one: self._warm[one].used)
            for old in others[: max(0, len(others) + 1 - MOST_WARM)]:
                await self.rest(old)
            self._warm[key], self._stamps[key] = Painter(path), stamp
        return await self._warm[key].ask(wish, urgency)

    async def study(self, path: Path, do: str, **told: Any) -> dict[str, Any]:
        """Have the second worker of a model do a task; drags go on meanwhile."""
        return (await self.ask(path, {"do": do, **told}, role="study")).header

    async def rest(self, key: tuple[Path, str]) -> None:
        """Put one worker away."""
        painter = self._warm.pop(key)
        if painter.task is not None:
            painter.task.cancel()
            with suppress(asyncio.CancelledError):
                await painter.task
        for *_, answer in painter.waiting:
            answer.cancel()

    async def rest_idle(self) -> None:
        """Put away what nobody has used for some minutes."""
        for key in [key for key, one in self._warm.items() if time.monotonic() - one.used > IDLE and not one.waiting]:
            await self.rest(key)

    async def close(self) -> None:
        """Put all away."""
        for key in list(self._warm):
            await self.rest(key)

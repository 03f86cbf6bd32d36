"""The studio as one object: its home, its memory, its models, runs, jobs and painters, and who listens for news."""

import asyncio
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pinxit.studio.guard import Door
from pinxit.studio.home import Home
from pinxit.studio.jobs import Jobs
from pinxit.studio.kept import Gallery
from pinxit.studio.models import Models
from pinxit.studio.painters import Painters
from pinxit.studio.points import Points
from pinxit.studio.results import Results
from pinxit.studio.runs import Runs
from pinxit.studio.scans import Preparing
from pinxit.studio.sets import Sets
from pinxit.studio.store import Store
from pinxit.studio.uploads import Uploads
from pinxit.studio.works import Works


class Studio:
    """Everything the routes share.

    granted  a folder, zip or list of pictures named on the command line: read, never copied nor changed
    """

    def __init__(self, home: Home, door: Door, granted: Path | None = None, granted_models: Sequence[Path] = ()):
        self.home, self.door = home, door
        self.granted_models = list(granted_models)
        home.create()
        self.store = Store(home.store)
        self.runs, self.models = Runs(self), Models(self)
        self.jobs, self.painters, self.points = Jobs(self), Painters(), Points(self)
        self.gallery, self.uploads, self.works = Gallery(self), Uploads(self), Works(self)
        self.results = Results(self)
        self._listeners: set[asyncio.Queue[str]] = set()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stamps: dict[str, float] = {}
        self.sets = Sets(self)
        self.preparing = Preparing(self)
        self.granted = self.sets.grant(granted) if granted is not None else None

    @contextmanager
    def listening(self) -> Iterator[asyncio.Queue[str]]:
        """A queue of news for one page."""
        queue: asyncio.Queue[str] = asyncio.Queue()
        self._listeners.add(queue)
        try:
            yield queue
        finally:
            self._listeners.discard(queue)

    def tell(self, event: str) -> None:
        """Tell every open page that something changed; from any thread."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._tell, event)

    def _tell(self, event: str) -> None:
        for queue in self._listeners:
            if queue.qsize() < 100:
                queue.put_nowait(event)

    async def live(self) -> None:
        """What goes on while the studio is open: the queue of jobs, runs that change, models that rest."""
        self._loop = asyncio.get_running_loop()
        tasks = [asyncio.create_task(self.jobs.watch()), asyncio.create_task(self.watch_runs())]
        try:
            await asyncio.gather(*tasks)
        finally:
            for task in tasks:
                task.cancel()

    async def watch_runs(self) -> None:
        """Tell pages when a run changed, also one that somebody trains in a terminal."""
        while True:
            await asyncio.sleep(1.0)
            await self.painters.rest_idle()
            if not self._listeners:
                continue
            stamps = await asyncio.to_thread(self.runs.stamps)
            if stamps != self._stamps:
                self._stamps = stamps
                self._tell("runs")

    def source_of(self, pictures: str) -> Path:
        """What `pinxit train` is given for a set of pictures. Raises a 404, or PinxitError when it is not ready."""
        return self.sets.source_of(pictures)

    def name_of(self, pictures: str) -> str:
        """What a set of pictures is called."""
        return self.sets.find(pictures)["name"]

    def notes_of(self, pictures: str) -> dict[str, Any]:
        """What was said of pictures, as settings: how they are brought to a model, licence and consent."""
        row = self.sets.find(pictures)
        return {**json.loads(row["settings"]), **{name: row[name] for name in ("licence", "consent") if row[name]}}

    async def close(self) -> None:
        """Put models away and write everything down. Trainings go on."""
        await self.painters.close()
        self.sets.close()
        self.works.close()
        self.store.close()

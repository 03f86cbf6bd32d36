"""A real studio on a real port, for the tests of its routes."""

import http.client
import json
import shutil
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import uvicorn
from PIL import Image

from pinxit.studio.guard import Door
from pinxit.studio.home import Home
from pinxit.studio.opening import open_socket
from pinxit.studio.server import build_app, config_for
from pinxit.studio.studio import Studio

TOKEN = "a-token-of-the-tests"


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    content: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.content)


@dataclass
class Client:
    """Asks a studio as a program does, or as whoever the headers say."""

    studio: Studio
    port: int

    def ask(
        self, path: str, body: Any = None, method: str | None = None, content: bytes = b"", **headers: str
    ) -> Answer:
        """With the bearer token unless `authorization` is given; "" leaves a header away."""
        told = {"authorization": f"Bearer {TOKEN}"}
        if body is not None:
            content = json.dumps(body).encode()
            told["content-type"] = "application/json"
        told |= {name.replace("_", "-"): value for name, value in headers.items()}
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        method = method or ("POST" if body is not None else "GET")
        connection.request(method, path, content or None, {name: value for name, value in told.items() if value})
        answer = connection.getresponse()
        found = Answer(answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read())
        connection.close()
        return found

    def wait(self, path: str, until, seconds: float = 60) -> Any:
        """Ask again and again until `until` says yes."""
        gave_up = time.monotonic() + seconds
        while time.monotonic() < gave_up:
            told = self.ask(path).json
            if until(told):
                return told
            time.sleep(0.1)
        raise AssertionError(f"{path} never came to that: {told}")


def open_studio(folder: Path, **how: Any) -> Iterator[Client]:
    """A studio in a thread, closed again afterwards."""
    socket = open_socket("127.0.0.1", 0)
    port = socket.getsockname()[1]
    studio = Studio(Home(folder), Door(token=TOKEN, port=port, **how.pop("door", {})), **how)
    server = uvicorn.Server(config_for(build_app(studio)))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [socket]}, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield Client(studio, port)
    server.should_exit = True
    thread.join(10)
    socket.close()


@pytest.fixture(scope="session")
def opened(tmp_path_factory) -> Iterator[Client]:
    """One studio for all tests that leave no trace in each other's way."""
    yield from open_studio(tmp_path_factory.mktemp("home"))


@pytest.fixture
def own(tmp_path) -> Iterator[Client]:
    """A studio of a test's own."""
    yield from open_studio(tmp_path / "home")


def draw_folder(folder: Path, count: int = 12, side: int = 24) -> Path:
    """Small pictures of coloured discs."""
    folder.mkdir(parents=True, exist_ok=True)
    rows, columns = np.mgrid[:side, :side] - side / 2
    for number in range(count):
        random = np.random.RandomState(number)
        disc = (rows + random.randint(-4, 5)) ** 2 + (columns + random.randint(-4, 5)) ** 2 < (side / 3) ** 2
        picture = np.full((side, side, 3), 250, np.uint8)
        picture[disc] = random.randint(0, 200, 3)
        Image.fromarray(picture).save(folder / f"{number:03d}.png")
    return folder


@pytest.fixture
def pictures(tmp_path) -> Path:
    """A folder of discs."""
    return draw_folder(tmp_path / "discs")


def run_like(home: Path, name: str, source: Path) -> Path:
    """A run folder in a home, copied."""
    return Path(shutil.copytree(source, home / "runs" / name))

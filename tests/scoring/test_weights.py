"""The file of Inception's weights: read when it is the right one, fetched when asked, and otherwise a plain sentence."""

import hashlib
import io
import os
import socket
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import torch

from pinxit.data import fetching
from pinxit.data.cache import default_cache_dir
from pinxit.errors import PinxitError
from pinxit.scoring import weights
from pinxit.scoring.weights import read_inception_weights


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def right() -> bytes:
    content = io.BytesIO()  # in the format of 2019, as the published file is
    torch.save({"Conv2d_1a_3x3.conv.weight": torch.ones(2, 2)}, content, _use_new_zipfile_serialization=False)
    return content.getvalue()


@pytest.fixture
def served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, right: bytes) -> Iterator[Path]:
    """A folder that a server of this machine hands out; the file is looked for there, and `right` is the right one."""
    folder = tmp_path / "served"
    folder.mkdir()
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    monkeypatch.setenv("PINXIT_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    monkeypatch.setattr(weights, "URL", f"http://127.0.0.1:{server.server_port}/{weights.NAME}")
    monkeypatch.setattr(weights, "SHA256", hashlib.sha256(right).hexdigest())
    yield folder
    server.shutdown()
    server.server_close()
    thread.join()


def read(path: Path | None = None, *, fetch: bool = False) -> dict[str, torch.Tensor]:
    return read_inception_weights(path, fetch=fetch, say=lambda _: None)


def kept() -> list[str]:
    return [path.name for path in default_cache_dir().rglob("*")]


def test_the_published_hash_begins_as_the_files_name_promises() -> None:
    assert len(weights.SHA256) == 64
    assert weights.NAME.endswith(f"-{weights.SHA256[:8]}.pth")


def test_fetched_once_and_only_when_asked(served: Path, right: bytes) -> None:
    (served / weights.NAME).write_bytes(right)
    with pytest.raises(PinxitError, match=r"--weights FILE.*--fetch"):
        read()
    assert kept() == []
    assert list(read(fetch=True)) == ["Conv2d_1a_3x3.conv.weight"]
    (served / weights.NAME).unlink()
    assert list(read()) == list(read(fetch=True)) == ["Conv2d_1a_3x3.conv.weight"]
    assert kept() == ["weights", weights.NAME]


def test_a_file_of_ones_own_is_read_wherever_it_lies(served: Path, right: bytes, tmp_path: Path) -> None:
    (tmp_path / "mine").write_bytes(right)
    assert list(read(tmp_path / "mine")) == ["Conv2d_1a_3x3.conv.weight"]


class Marker:
    """Unpickled, it would leave a file behind."""

    def __init__(self, place: Path) -> None:
        self.place = place

    def __reduce__(self):
        return os.mkdir, (str(self.place),)


def test_another_file_is_refused_unopened(served: Path, tmp_path: Path) -> None:
    torch.save(Marker(tmp_path / "opened"), tmp_path / "odd.pth")
    with pytest.raises(PinxitError, match=r"odd\.pth are not the expected ones.*not opened"):
        read(tmp_path / "odd.pth")
    (served / weights.NAME).write_bytes((tmp_path / "odd.pth").read_bytes())
    with pytest.raises(PinxitError, match=r"not the expected ones.*Nothing was kept"):
        read(fetch=True)
    assert kept() == []
    assert not (tmp_path / "opened").exists()


def test_a_damaged_copy_in_the_cache_is_told_and_fetched_again_when_asked(served: Path, right: bytes) -> None:
    (served / weights.NAME).write_bytes(right)
    read(fetch=True)
    (default_cache_dir() / "weights" / weights.NAME).write_bytes(right[:-1])
    with pytest.raises(PinxitError, match="--fetch"):
        read()
    assert read(fetch=True)
    assert read()


def test_what_is_no_file_or_too_large_is_told(tmp_path: Path) -> None:
    with pytest.raises(PinxitError, match="There is no file"):
        read(tmp_path / "missing.pth")
    with pytest.raises(PinxitError, match="is not a file"):
        read(tmp_path)
    with (tmp_path / "large").open("wb") as file:
        file.truncate(weights.LARGEST + 1)
    with pytest.raises(PinxitError, match="too large"):
        read(tmp_path / "large")


def test_an_answer_that_is_missing_or_endless_is_told_and_nothing_kept(served: Path, monkeypatch) -> None:
    with pytest.raises(PinxitError, match="the answer was 404"):
        read(fetch=True)
    (served / weights.NAME).write_bytes(b"x" * 5000)
    monkeypatch.setattr(weights, "LARGEST", 4000)
    with pytest.raises(PinxitError, match="more came than"):
        read(fetch=True)
    assert kept() == []


def test_a_dead_port_and_a_silent_server_are_told(served: Path, monkeypatch) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        monkeypatch.setattr(weights, "URL", f"http://127.0.0.1:{silent.getsockname()[1]}/x")
        with pytest.raises(PinxitError, match=r"could not be fetched.*refused"):  # bound, and nobody listens
            read(fetch=True)
        silent.listen()
        monkeypatch.setattr(fetching, "PATIENCE", 0.2)
        with pytest.raises(PinxitError, match=r"could not be fetched.*timed out"):
            read(fetch=True)


def test_a_cache_that_cannot_be_written_is_told_and_costs_nothing_else(served: Path, right: bytes, tmp_path) -> None:
    (served / weights.NAME).write_bytes(right)
    (tmp_path / "cache").write_text("in the way")
    said: list[str] = []
    assert read_inception_weights(None, fetch=True, say=said.append)
    assert "could not be kept" in said[-1]

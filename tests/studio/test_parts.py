"""A large file in parts: it goes on where it stopped, is whole at the end, and nobody gets in its way or out of its place."""

import http.client
import io
import time
import zipfile
from urllib.parse import quote

import pytest
from tests.studio.conftest import TOKEN, open_studio

from pinxit.studio import parts


@pytest.fixture
def archive(pictures):
    """A zip of the discs."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as written:
        for file in sorted(pictures.iterdir()):
            written.write(file, file.name)
    return buffer.getvalue()


def new(client) -> str:
    return client.ask("/api/pictures", {"name": "discs"}).json["id"]


def path(key: str, name: str, size: int, at: int | None = None, dated: str = "7") -> str:
    where = f"/api/pictures/{key}/part?name={quote(name)}&size={size}&dated={dated}"
    return where if at is None else f"{where}&at={at}"


def put(client, key, content, at, size, name="discs.zip", **how):
    return client.ask(path(key, name, size, at, **how), method="PUT", content=content)


def break_off(client, key: str, content: bytes, at: int, size: int) -> None:
    """Promise everything from `at` on, send `content`, and hang up."""
    connection = http.client.HTTPConnection("127.0.0.1", client.port)
    connection.putrequest("PUT", path(key, "discs.zip", size, at))
    connection.putheader("authorization", f"Bearer {TOKEN}")
    connection.putheader("content-length", str(size - at))
    connection.endheaders(content)
    time.sleep(0.2)
    connection.close()


def test_a_file_goes_on_where_it_broke_off_and_in_the_next_studio(tmp_path, archive):
    size, third = len(archive), len(archive) // 3
    for client in open_studio(tmp_path / "home"):
        key = new(client)
        assert client.ask(path(key, "discs.zip", size)).json == {"bytes": 0}
        break_off(client, key, archive[:third], 0, size)
        assert client.wait(path(key, "discs.zip", size), lambda told: told["bytes"]) == {"bytes": third}
        assert client.ask(f"/api/pictures/{key}").json["coming"] == 1
        assert client.ask(f"/api/pictures/{key}/received").json == {}
    for client in open_studio(tmp_path / "home"):
        assert client.ask(path(key, "discs.zip", size)).json == {"bytes": third}
        assert put(client, key, archive[third : 2 * third], third, size).json == {"bytes": 2 * third}
        assert put(client, key, archive[2 * third :], 2 * third, size).json == {"bytes": size}
        assert client.ask(path(key, "discs.zip", size)).json == {"bytes": size}
        assert client.ask(f"/api/pictures/{key}").json["coming"] == 0
        client.ask(f"/api/pictures/{key}/look", method="POST")
        told = client.wait(f"/api/pictures/{key}", lambda told: told["state"] not in ("new", "looking"))
        assert (told["state"], told["kept"]) == ("ready", 12)
        assert (client.studio.home.pictures / key / "pictures.zip").read_bytes() == archive
        assert put(client, key, b"x", 0, 9).status == 409


def test_another_file_of_that_name_begins_anew(own):
    key = new(own)
    assert put(own, key, b"abc", 0, 9).json == {"bytes": 3}
    for how in ({"size": 10}, {"size": 9, "dated": "8"}, {"size": 9, "name": "other.zip"}):
        assert own.ask(path(key, **{"name": "discs.zip", **how})).json == {"bytes": 0}
    assert own.ask(path(key, "discs.zip", 9)).json == {"bytes": 3}


def test_parts_follow_each_other_and_end_where_they_said(own):
    key = new(own)
    put(own, key, b"abc", 0, 9)
    for at in (0, 2, 4, 8):
        assert put(own, key, b"defghi", at, 9).status == 416
    assert put(own, key, b"defghij", 3, 9).status == 422
    assert own.ask(path(key, "discs.zip", 9)).json == {"bytes": 0}
    assert list((own.studio.home.pictures / key / "files").iterdir()) == []
    assert put(own, key, b"abcdefghi", 0, 9).json == {"bytes": 9}
    assert own.ask(f"/api/pictures/{key}/received").json == {"discs.zip": 9}


def test_one_at_a_time_writes(own):
    key = new(own)
    connection = http.client.HTTPConnection("127.0.0.1", own.port)
    connection.putrequest("PUT", path(key, "discs.zip", 9, 0))
    connection.putheader("authorization", f"Bearer {TOKEN}")
    connection.putheader("content-length", "9")
    connection.endheaders(b"abc")
    time.sleep(0.2)
    assert put(own, key, b"abcdefghi", 0, 9).status in (416, 423)
    connection.send(b"defghi")
    assert connection.getresponse().status == 201
    connection.close()
    assert next((own.studio.home.pictures / key / "files").iterdir()).read_bytes() == b"abcdefghi"


@pytest.mark.parametrize(
    "name",
    ["../../evil.zip", "..\\evil.zip", "/etc/evil", "C:\\evil", "a\0evil", "evil" * 200, "-rf", "\u202eevil", "CON"],
)
def test_names_are_only_text(own, name):
    key = new(own)
    assert put(own, key, b"abc", 0, 9, name=name).status == 201
    assert own.ask(path(key, name, 9)).json == {"bytes": 3}
    (file,) = (own.studio.home.pictures / key / "files").iterdir()
    assert "evil" not in file.name
    assert not list(own.studio.home.folder.parent.rglob("*evil*"))


def test_what_makes_no_sense_is_refused(own):
    key = new(own)
    for size, at, dated in (
        (0, 0, ""),
        (-1, 0, ""),
        (9, -1, ""),
        (parts.LARGEST_FILE + 1, 0, ""),
        (9, 0, "../x"),
        (9, 0, "1" * 17),
    ):
        assert put(own, key, b"a", at, size, dated=dated).status == 422
    assert own.ask(path("nothing", "a", 9)).status == 404
    assert put(own, "nothing", b"a", 0, 9).status == 404


def test_not_too_many_are_half_here(own, monkeypatch):
    monkeypatch.setattr(parts, "MOST_COMING", 2)
    key = new(own)
    assert [put(own, key, b"a", 0, 9, name=name).status for name in "abc"] == [201, 201, 409]
    assert put(own, key, b"b", 1, 9, name="a").status == 201

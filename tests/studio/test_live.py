"""The socket: frames, the latest wish, and who may open it."""

import json
import socket
import struct

import pytest
from tests.studio.conftest import TOKEN
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from pinxit import api


def dial(opened, origin=None, token=TOKEN, host=None):
    origin = f"http://127.0.0.1:{opened.port}" if origin is None else origin
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    uri = f"ws://{host or '127.0.0.1'}:{opened.port}/api/live"
    return connect(uri, origin=origin or None, additional_headers=headers, open_timeout=5, proxy=None)


def read(frame):
    (length,) = struct.unpack("<I", frame[:4])
    return json.loads(frame[4 : 4 + length]), frame[4 + length :]


@pytest.mark.parametrize(
    "origin",
    ["https://evil.example", "", "null", "http://localhost.evil.com", "http://127.0.0.1:1", "http://127.0.0.1.evil.com:{}",
     "http://127.0.0.1:{}.evil.com", "http://127.0.0.1:{}@evil.com", "http://127.0.0.1:{}0", "http://evil.com/http://127.0.0.1:{}",
     "http://127.0.0.1:{}/", "//127.0.0.1:{}", "127.0.0.1:{}", "file://127.0.0.1:{}", "http://localhost:{}",
     "http://127.0.0.1:{},http://evil.com"],
)  # fmt: skip
def test_a_foreign_page_gets_no_socket(opened, origin):
    with pytest.raises(InvalidStatus) as refused, dial(opened, origin=origin.format(opened.port)):
        pass
    assert refused.value.response.status_code == 403


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.com", "localhost.evil.com:80", "user@127.0.0.1"])
def test_a_socket_under_a_foreign_name_is_refused(opened, host):
    """As after a name that was made to lead here: the origin fits the host, and both are foreign."""
    lines = [
        "GET /api/live HTTP/1.1", f"Host: {host}", f"Origin: http://{host}", "Upgrade: websocket", "Connection: Upgrade",
        "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==", f"Authorization: Bearer {TOKEN}", "", "",
    ]  # fmt: skip
    with socket.create_connection(("127.0.0.1", opened.port), timeout=5) as connection:
        connection.sendall("\r\n".join(lines).encode())
        assert b" 403 " in connection.recv(4096)[:16]


@pytest.mark.parametrize("token", ["", "wrong"])
def test_no_socket_without_the_token(opened, token):
    with pytest.raises(InvalidStatus) as refused, dial(opened, token=token):
        pass
    assert refused.value.response.status_code == 403


def test_frames_show_what_the_library_paints(opened):
    with dial(opened) as page:
        order = {"channel": "wall", "seq": 5, "model": "peeps", "wishes": [{"mix": [[1, 1]]}, {"mix": [[2, 1]]}]}
        page.send(json.dumps(order))
        header, pixels = read(page.recv(timeout=60))
    assert (header["seq"], header["count"], header["width"]) == (5, 2, 96)
    ours = b"".join(painting.image.tobytes() for painting in api.make("peeps", [1, 2]))
    assert max(abs(a - b) for a, b in zip(pixels, ours, strict=True)) <= 1


def test_the_latest_wish_wins(opened):
    with dial(opened) as page:
        for seq in range(60):
            order = {"channel": "drag", "seq": seq, "model": "peeps", "wishes": [{"mix": [[1, 1], [2, 1 + seq]]}]}
            page.send(json.dumps(order))
        seen = []
        while not seen or seen[-1] != 59:
            seen.append(read(page.recv(timeout=60))[0]["seq"])
    assert seen == sorted(seen)
    assert len(seen) < 60


def test_nonsense_is_answered_and_the_socket_stays(opened):
    with dial(opened) as page:
        for text in (
            "",
            "[]",
            "{}",
            "[" * 5000,
            '{"channel": "drag"}',
            '{"channel": "x", "seq": 1, "model": "peeps", "wishes": []}',
        ):
            page.send(text)
            assert "problem" in json.loads(page.recv(timeout=10))
        page.send(json.dumps({"channel": "drag", "seq": 1, "model": "nobody", "wishes": [{"mix": [[1, 1]]}]}))
        assert "no model" in json.loads(page.recv(timeout=10))["problem"]


def test_a_giant_message_ends_the_socket(opened):
    with dial(opened) as page:
        page.send("a" * 1_000_000)
        with pytest.raises(ConnectionClosed):
            page.recv(timeout=10)


def test_news_reach_the_page(own):
    with dial(own) as page:
        own.ask("/api/pictures", {"name": "new"})
        assert json.loads(page.recv(timeout=10)) == {"event": "pictures"}

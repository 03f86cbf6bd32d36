"""Who may ask: the lines of "HTTP and browser", each against the real server."""

import json
import socket
import time

import pytest
from tests.studio.conftest import TOKEN, open_studio

from pinxit.errors import UsageError
from pinxit.studio import guard
from pinxit.studio.guard import Door, Refused, check_json, depth
from pinxit.studio.opening import check_listening, open_socket

READ = ["/api/studio", "/api/models", "/api/models/peeps", "/api/runs", "/api/jobs", "/api/families", "/api/pictures",
        "/api/kept", "/api/names", "/api/saving",
        "/api/works/settings", "/api/openapi.json"]  # fmt: skip
WRITE = [
    ("POST", "/api/plans"), ("POST", "/api/jobs"), ("POST", "/api/jobs/x/end"), ("POST", "/api/jobs/x/continue"),
    ("POST", "/api/jobs/x/place"), ("DELETE", "/api/jobs/x"), ("POST", "/api/runs/x/stop"), ("POST", "/api/runs/x/continue"),
    ("POST", "/api/models/peeps/paint"), ("POST", "/api/pictures"), ("PUT", "/api/pictures/x/file?name=a"),
    ("PUT", "/api/pictures/x/part?name=a&size=9&at=0"),
    ("POST", "/api/pictures/x/look"), ("POST", "/api/pictures/x/prepare"), ("PATCH", "/api/pictures/x"),
    ("POST", "/api/pictures/x/edit"),
    ("DELETE", "/api/pictures/x"), ("POST", "/api/kept"), ("PATCH", "/api/kept/x"), ("POST", "/api/kept/bin"),
    ("POST", "/api/kept/delete"), ("POST", "/api/kept/export"), ("PUT", "/api/recipe"), ("POST", "/api/enter"),
    ("PUT", "/api/uploads"), ("POST", "/api/works"), ("POST", "/api/works/x/end"), ("POST", "/api/works/x/keep"),
    ("POST", "/api/works/x/point"), ("POST", "/api/kept/x/show"), ("POST", "/api/kept/x/again"),
    ("POST", "/api/models/peeps/children"),
    *(("POST", f"/api/models/peeps/directions/{name}") for name in ("find", "learn", "rename", "back")),
    *(("POST", f"/api/models/peeps/taste/{name}") for name in ("marks", "learn", "scores", "more", "forget", "back")),
]  # fmt: skip


def test_the_lists_above_hold_every_route(opened):
    paths = opened.ask("/api/openapi.json").json["paths"]
    told = {(method.upper(), path) for path, methods in paths.items() for method in methods if method != "get"}

    def shape(path):
        return tuple(
            "*" if part in ("x", "peeps") or "{" in part else part for part in path.partition("?")[0].split("/")
        )

    assert {(method, shape(path)) for method, path in told} == {(method, shape(path)) for method, path in WRITE}


@pytest.mark.parametrize("path", [*READ, "/", "/studio.js", "/nothing"])
@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "localhost.evil.com", "evil@localhost", "", "a b"]
)
def test_a_foreign_host_is_refused(opened, path, host):
    assert opened.ask(path, host=host or "evil").status == 421


@pytest.mark.parametrize(("method", "path"), WRITE)
def test_a_foreign_host_changes_nothing(opened, method, path):
    answer = opened.ask(path, method=method, content=b"{}", content_type="application/json", host="evil.example")
    assert answer.status == 421


@pytest.mark.parametrize(("method", "path"), WRITE)
@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": "http://localhost.evil.com"},
        {"sec_fetch_site": "cross-site"},
        {"sec_fetch_site": "same-site"},
    ],
)
def test_another_page_changes_nothing(opened, method, path, headers):
    answer = opened.ask(path, method=method, content=b"{}", content_type="application/json", **headers)
    assert answer.status == 403, answer.content


@pytest.mark.parametrize(("method", "path"), WRITE)
def test_a_simple_form_changes_nothing(opened, method, path):
    """What a page could send without asking: no origin told, kinds that need no preflight."""
    for kind in ("text/plain", "multipart/form-data; boundary=x", "application/x-www-form-urlencoded"):
        cookie = f"{opened.studio.door.cookie}={TOKEN}"
        answer = opened.ask(path, method=method, content=b"{}", content_type=kind, authorization="", cookie=cookie)
        assert answer.status == 403
        if method not in ("PUT", "DELETE"):
            assert opened.ask(path, method=method, content=b"{}", content_type=kind).status == 415


@pytest.mark.parametrize("path", READ)
def test_without_the_token_nothing_is_told(opened, path):
    for headers in ({}, {"cookie": f"{opened.studio.door.cookie}=stale"}, {"cookie": "=;=;\x01"}):
        assert opened.ask(path, authorization="", **headers).status == 401
    assert opened.ask(path, authorization="Bearer wrong").status == 401
    assert opened.ask(path + "?token=" + TOKEN, authorization="").status == 401
    assert opened.ask(path).status == 200


@pytest.mark.parametrize(("method", "path"), [one for one in WRITE if one[1] != "/api/enter"])
def test_without_the_token_nothing_is_changed(opened, method, path):
    origin = f"http://127.0.0.1:{opened.port}"
    answer = opened.ask(
        path, method=method, content=b"{}", content_type="application/json", authorization="", origin=origin
    )
    assert answer.status == 401


def test_the_page_gets_a_cookie_for_its_token(opened):
    origin = f"http://127.0.0.1:{opened.port}"
    how = {"authorization": "", "origin": origin, "sec_fetch_site": "same-origin"}
    assert opened.ask("/api/enter", {"token": "wrong"}, **how).status == 401
    answer = opened.ask("/api/enter", {"token": TOKEN}, **how)
    cookie = answer.headers["set-cookie"]
    assert answer.status == 204
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert opened.ask("/api/studio", authorization="", cookie=cookie.partition(";")[0]).status == 200


@pytest.mark.parametrize("path", ["/", "/studio.js", "/api/studio", "/api/nothing", "/nothing"])
def test_every_answer_says_what_a_browser_may_do(opened, path):
    headers = opened.ask(path).headers
    policy = headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert "server" not in headers
    assert "access-control-allow-origin" not in headers


@pytest.mark.parametrize(
    "path",
    ["/%2e%2e/%2e%2e/etc/passwd", "/..%2f..%2fetc%2fpasswd", "/%5c..%5cwindows%5cwin.ini", "//etc/passwd", "/windows/win.ini",
     "/..%00", "/%252e%252e%252fetc/passwd", "/api/models/..%2f..%2fetc", "/api/kept/%2e%2e/file", "/api/runs/..%5c../log",
     "//server/share", "/%5c%5cserver%5cshare", "/%2f%2fserver%2fshare", "/api/kept/%5c%5cserver%5cshare/file",
     "/file=http://169.254.169.254/", "/http://169.254.169.254/", "/proxy?url=http://169.254.169.254/",
     "/api/models/http:%2f%2f169.254.169.254", "/vendor/../../guard.py", "/api/pictures/x/thumbs/..%2f1"],
)  # fmt: skip
def test_paths_lead_nowhere(opened, path):
    answer = opened.ask(path)
    assert answer.status in (404, 422)
    assert b"/etc" not in answer.content
    assert str(opened.studio.home.folder).encode() not in answer.content


def test_a_body_has_to_be_json_as_it_should_be(opened):
    deep = b"[" * 10_000 + b"]" * 10_000
    for content in (b'{"name": "a", "name": "b"}', b'{"name": NaN}', b'{"name": 1e400}', deep, b"{", b"\xff\xfe",
                    b'{"other": 1}',
                    b'{"name": 5}', b"[]", b"null", b'{"name": ["a"]}'):  # fmt: skip
        answer = opened.ask("/api/pictures", method="POST", content=content, content_type="application/json")
        assert answer.status == 422, content[:40]
        assert "problem" in answer.json


def test_numbers_that_are_none_are_refused_in_queries(opened):
    for query in ("offset=NaN", "offset=1e400", "limit=-1", "limit=99999999999999999999999"):
        assert opened.ask(f"/api/kept?{query}").status == 422


def raw(port, content, wait=3.0):
    """What the server answers to these very bytes."""
    with socket.create_connection(("127.0.0.1", port), timeout=wait) as connection:
        connection.sendall(content)
        try:
            return connection.recv(65_536)
        except TimeoutError:
            return b""


def head(opened, path, *more, method="POST"):
    lines = [
        f"{method} {path} HTTP/1.1",
        f"Host: 127.0.0.1:{opened.port}",
        f"Authorization: Bearer {TOKEN}",
        *more,
        "",
        "",
    ]
    return "\r\n".join(lines).encode()


def test_too_much_is_refused_before_it_is_read(opened):
    kind = "Content-Type: application/json"
    assert b" 413 " in raw(opened.port, head(opened, "/api/pictures", kind, "Content-Length: 99999999999"))
    assert b" 4" in raw(opened.port, head(opened, "/api/pictures", kind, "Content-Length: -5"))[:16]
    chunk = b"10000\r\n" + b"a" * 0x10000 + b"\r\n"
    assert b" 413 " in raw(opened.port, head(opened, "/api/pictures", kind, "Transfer-Encoding: chunked") + chunk * 17)
    assert b" 4" in raw(opened.port, b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"a" * 100_000)[:16]


def test_a_slow_or_broken_body_ends(opened, monkeypatch):
    monkeypatch.setattr(guard, "SLOW", 0.3)
    kind, length = "Content-Type: application/json", "Content-Length: 50"
    assert b" 408 " in raw(opened.port, head(opened, "/api/pictures", kind, length) + b'{"name"')
    made = opened.ask("/api/pictures", {"name": "slow"}).json
    raw(opened.port, head(opened, f"/api/pictures/{made['id']}/file?name=a", length, method="PUT") + b"abc", wait=1.5)
    time.sleep(0.2)
    assert list((opened.studio.home.pictures / made["id"] / "files").iterdir()) == []
    assert opened.ask(f"/api/pictures/{made['id']}/received").json == {}


BODIES = ["/api/uploads", "/api/recipe", "/api/pictures/{}/file?name=a", "/api/pictures/{}/part?name=b&size=99&at=0"]


@pytest.mark.parametrize("path", BODIES)
def test_a_body_without_a_length_ends_where_it_is_too_much_or_too_slow(own, monkeypatch, path):
    monkeypatch.setattr(guard, "SLOW", 0.3)
    monkeypatch.setattr(guard, "PICTURE_LIMIT", 20)
    monkeypatch.setattr(guard, "UPLOAD_LIMIT", 20)
    path = path.format(own.ask("/api/pictures", {"name": "broken"}).json["id"])
    begun = head(own, path, "Transfer-Encoding: chunked", method="PUT")
    assert b" 413 " in raw(own.port, begun + b"18\r\n" + b"a" * 24 + b"\r\n")[:16]
    assert b" 408 " in raw(own.port, begun + b"3\r\nabc\r\n")[:16]
    assert b" 413 " in raw(own.port, head(own, path, "Content-Length: 21", method="PUT"))[:16]
    assert own.ask("/api/studio").status == 200
    assert [file for file in own.studio.home.studio.rglob("*") if file.suffix in (".part", ".raw")] == []


def test_many_parts_a_giant_beginning_and_no_end_are_no_form(own):
    """There is nobody who reads a form, however it is made."""
    key = own.ask("/api/pictures", {"name": "form"}).json["id"]
    part = b'--x\r\nContent-Disposition: form-data; name="a"; filename="b"\r\n\r\n1\r\n'
    kind = "multipart/form-data; boundary=x"
    for content, answers in ((part * 10_000, 415), (part * 100_000, 413), (b"a" * 900_000 + part, 415), (part, 415)):
        for path in ("/api/pictures", "/api/kept", "/api/works"):
            begun = head(own, path, f"Content-Type: {kind}", f"Content-Length: {len(content)}")
            told = raw(own.port, begun + (content if answers == 415 else content[:1000]))  # it is not read to its end
            assert f" {answers} ".encode() in told[:16]
        assert own.ask("/api/uploads", method="PUT", content=content, content_type=kind).status == 422
    assert own.ask("/api/kept").json["total"] == 0
    assert list((own.studio.home.pictures / key / "files").iterdir()) == []
    assert list(own.studio.uploads.folder.iterdir()) == []


def test_a_length_that_lies_stores_nothing(own):
    key = own.ask("/api/pictures", {"name": "lies"}).json["id"]
    path = f"/api/pictures/{key}/file?name=a"
    with socket.create_connection(("127.0.0.1", own.port), timeout=3) as connection:
        connection.sendall(head(own, path, "Content-Length: 50", method="PUT") + b"abc")
    short = raw(own.port, head(own, path, "Content-Length: 3", method="PUT") + b"abc and what nobody asked for\r\n\r\n")
    assert b" 201 " in short[:16]
    assert (
        b" 400 " in raw(own.port, head(own, path, "Content-Length: 3", "Content-Length: 9", method="PUT") + b"abc")[:16]
    )
    own.wait(f"/api/pictures/{key}/received", lambda told: told == {"a": 3})
    assert len(list((own.studio.home.pictures / key / "files").iterdir())) == 1


def test_strange_methods_are_refused(opened):
    for method in ("OPTIONS", "TRACE", "CONNECT", "FOO"):
        assert opened.ask("/api/models", method=method).status in (400, 405)


def test_an_open_house_needs_a_token():
    with pytest.raises(UsageError, match="needs a token"):
        check_listening("0.0.0.0", Door(token=None))
    check_listening("0.0.0.0", Door())
    check_listening("127.0.0.1", Door(token=None))


def test_a_token_is_never_shown_by_accident():
    door = Door()
    assert door.token is not None
    assert door.token not in repr(door)
    assert len(door.token) >= 32


def test_behind_a_proxy_with_a_prefix(tmp_path):
    door = {"base_path": "/user/ada/studio", "hosts": guard.LOCAL_HOSTS | {"class.example"}}
    for client in open_studio(tmp_path, door=door):
        assert client.ask("/user/ada/studio/").status == 200
        assert client.ask("/user/ada/studio/api/studio", host="class.example").status == 200
        assert client.ask("/api/studio").status == 200  # a proxy that takes the prefix off
        assert client.ask("/user/adamant/api/studio").status == 404
        origin = {"origin": "https://class.example", "host": "class.example", "authorization": ""}
        cookie = client.ask("/user/ada/studio/api/enter", {"token": TOKEN}, **origin).headers["set-cookie"]
        assert "Path=/user/ada/studio" in cookie


def test_json_is_counted_in_depth():
    assert depth({"a": [{"b": 1}]}) == 4
    check_json(json.dumps({"a": [1, 2.5, None]}).encode())
    with pytest.raises(Refused, match="nested"):
        check_json(b"[" * 40 + b"]" * 40)


def test_answers_are_sent_at_once():
    with open_socket("127.0.0.1", 0) as opened:
        assert opened.proto == socket.IPPROTO_TCP  # asyncio sets TCP_NODELAY on what it accepts only then

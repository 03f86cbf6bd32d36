"""Who may ask: host, origin, token, size and time of every request, before any route sees it. One ASGI middleware.

The page itself (static files, the same for everybody) is open; everything under /api needs the start-up token, as a cookie
that the page got for it, or as a bearer token from a program.
"""

import asyncio
import hmac
import json
import re
import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from http.cookies import CookieError, SimpleCookie
from typing import Any

from starlette.requests import ClientDisconnect

JSON_LIMIT = 1_000_000
UPLOAD_LIMIT = 2_000_000_000
PICTURE_LIMIT = 64_000_000
SLOW = 20.0
"""Seconds that a client may be silent in the middle of a request body."""
DEEPEST = 32
LOCAL_HOSTS = frozenset(("127.0.0.1", "localhost", "[::1]"))
SAFE_METHODS = frozenset(("GET", "HEAD"))
METHODS = frozenset((*SAFE_METHODS, "POST", "PUT", "PATCH", "DELETE"))
_HOST = re.compile(r"^(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9.-]+)(:\d{1,5})?$")

HEADERS = {
    "content-security-policy": "default-src 'self'; img-src 'self' blob: data:; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
}


@dataclass(frozen=True)
class Door:
    """What the guard goes by.

    token      None: nobody is asked for one (allowed on 127.0.0.1 only)
    hosts      names that a browser may call this server by, without port
    local      only this machine can come in: what it opens on its screen, its own user sees
    base_path  "" or a prefix such as "/user/ada/studio" that a proxy may leave in front of every path
    """

    token: str | None = field(default_factory=lambda: secrets.token_urlsafe(24), repr=False)
    hosts: frozenset[str] = LOCAL_HOSTS
    base_path: str = ""
    port: int = 0
    local: bool = True

    @property
    def cookie(self) -> str:
        """Its name; cookies do not know ports, so the port is in it."""
        return f"pinxit-{self.port}"

    def opens(self, token: str) -> bool:
        """Whether this is the token, in constant time."""
        return self.token is None or hmac.compare_digest(token.encode(), self.token.encode())


class Refused(Exception):
    """An answer instead of the route's."""

    def __init__(self, status: int, problem: str):
        self.status, self.problem = status, problem


class Guard:
    """Wraps the application: see the first lines."""

    def __init__(self, app: Any, door: Door):
        self.app, self.door = app, door

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        headers = read_headers(scope)
        try:
            scope = {**scope, "path": self.inside(scope["path"])}
            self.check(scope, headers)
            if scope["type"] == "http":
                receive = await self.check_body(scope, headers, receive)
        except Refused as refused:
            await refuse(scope, send, refused)
            return
        if isinstance(receive, Limited):
            await receive.answer(self.app, scope, send)
        else:
            await self.app(scope, receive, guarded(send) if scope["type"] == "http" else send)

    def inside(self, path: str) -> str:
        """The path without the prefix a proxy left in front of it."""
        base = self.door.base_path
        return path[len(base) :] or "/" if base and (path == base or path.startswith(f"{base}/")) else path

    def check(self, scope: Mapping[str, Any], headers: Mapping[str, str]) -> None:
        """Raise Refused for a request that is not for us, or not from us."""
        host = headers.get("host", "")
        match = _HOST.match(host)
        if not match or match[1].lower() not in self.door.hosts:
            raise Refused(421, "This studio is not called by that name. Allow it with --allow-host.")
        socket = scope["type"] == "websocket"
        if not socket and scope["method"] not in METHODS:
            raise Refused(405, "There is nothing here for that method.")
        bearer = self.bearer(headers)
        self.check_origin(scope, headers, host, socket, bearer)
        inside = socket or (scope["path"].startswith("/api/") and scope["path"] != "/api/enter")
        if inside and not bearer and not self.door.opens(cookie_of(headers, self.door.cookie)):
            raise Refused(401, "The studio's token is missing or no longer the one. Open the address it printed.")

    def bearer(self, headers: Mapping[str, str]) -> bool:
        """Whether a program showed the token. Raises Refused for a wrong one."""
        told = headers.get("authorization", "")
        if not told.lower().startswith("bearer "):
            return False
        if not self.door.opens(told[7:].strip()):
            raise Refused(401, "The bearer token is not this studio's. It changes with every start.")
        return True

    def check_origin(
        self, scope: Mapping[str, Any], headers: Mapping[str, str], host: str, socket: bool, bearer: bool
    ) -> None:
        """Nothing may be changed, and no socket opened, from another page than ours."""
        if not socket and scope["method"] in SAFE_METHODS:
            return
        origin, site = headers.get("origin"), headers.get("sec-fetch-site")
        ours = {f"http://{host}", f"https://{host}"}
        if origin is not None and origin.lower() not in {one.lower() for one in ours}:
            raise Refused(403, "Another page may not do this.")
        if site is not None and site != "same-origin" and not (socket and origin is not None):
            raise Refused(403, "Another page may not do this.")
        if origin is None and (socket or (site is None and not bearer)):
            raise Refused(403, "Programs show the token as a bearer; pages name their origin.")

    async def check_body(self, scope: Mapping[str, Any], headers: Mapping[str, str], receive: Any) -> Any:
        """A `receive` that is within limits; JSON is read whole and checked here. Raises Refused."""
        upload = scope["method"] == "PUT"
        of_picture = scope["path"] in ("/api/recipe", "/api/uploads")
        limit = (PICTURE_LIMIT if of_picture else UPLOAD_LIMIT) if upload else JSON_LIMIT
        length = headers.get("content-length")
        if length is not None and (not length.isdecimal() or int(length) > limit):
            raise too_much(limit)
        if scope["method"] in SAFE_METHODS:
            return receive
        if upload:
            return Limited(receive, limit)
        content = await read_all(receive, limit)
        if content:
            if headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
                raise Refused(415, "This takes JSON (content-type: application/json).")
            check_json(content)
        return replay(content)


def read_headers(scope: Mapping[str, Any]) -> dict[str, str]:
    """Names in lower case; a header that came twice is told as both, so that neither alone is believed."""
    found: dict[str, str] = {}
    for name, value in scope["headers"]:
        key, told = name.decode("latin-1").lower(), value.decode("latin-1")
        found[key] = f"{found[key]},{told}" if key in found and key != "cookie" else told
    return found


def cookie_of(headers: Mapping[str, str], name: str) -> str:
    """One cookie; empty when it is missing or garbled."""
    try:
        jar = SimpleCookie(headers.get("cookie", ""))
    except CookieError:
        return ""
    return jar[name].value if name in jar else ""


def too_much(limit: int) -> Refused:
    """The answer to a body that is too long."""
    return Refused(413, f"That is more than the {limit:,} bytes that are taken at once.")


async def next_part(receive: Any) -> dict[str, Any]:
    """The next piece of a body. Raises Refused when the client goes silent."""
    try:
        return await asyncio.wait_for(receive(), SLOW)
    except TimeoutError:
        raise Refused(408, "The request came too slowly.") from None


async def read_all(receive: Any, limit: int) -> bytes:
    """A whole body of at most `limit` bytes."""
    parts, size, more = [], 0, True
    while more:
        message = await next_part(receive)
        if message["type"] == "http.disconnect":
            raise Refused(400, "The request ended before it was whole.")
        parts.append(message.get("body", b""))
        size, more = size + len(parts[-1]), message.get("more_body", False)
        if size > limit:
            raise too_much(limit)
    return b"".join(parts)


def replay(content: bytes) -> Any:
    """A `receive` that gives a body already read."""
    waiting = [{"type": "http.request", "body": content, "more_body": False}]

    async def receive() -> dict[str, Any]:
        return waiting.pop() if waiting else await asyncio.Event().wait()  # pyright: ignore[reportReturnType]

    return receive


class Limited:
    """A `receive` for a body that a route reads piece by piece: it breaks off when too much comes, or too slowly."""

    def __init__(self, receive: Any, limit: int):
        self.receive, self.limit, self.size = receive, limit, 0
        self.refused: Refused | None = None

    async def __call__(self) -> dict[str, Any]:
        try:
            message = await next_part(self.receive)
            self.size += len(message.get("body", b""))
            if self.size > self.limit:
                raise too_much(self.limit)
        except Refused as refused:
            self.refused = refused
            return {"type": "http.disconnect"}
        return message

    async def answer(self, app: Any, scope: dict[str, Any], send: Any) -> None:
        """The route's answer; where its body was broken off, why, in place of what the route makes of that."""
        sends = guarded(send)

        async def checked(message: dict[str, Any]) -> None:
            if self.refused is None:
                await sends(message)

        with suppress(ClientDisconnect):  # the browser is gone, or is told below
            await app(scope, self, checked)
        if self.refused is not None:
            await refuse(scope, send, self.refused)


def check_json(content: bytes) -> None:
    """Raise Refused for JSON that is not strict: names twice, NaN, numbers without end, or nested without end."""

    def pairs(found: list[tuple[str, Any]]) -> dict[str, Any]:
        told = dict(found)
        if len(told) != len(found):
            raise ValueError("a name stands twice")
        return told

    def number(text: str) -> float:
        value = float(text)
        if value in (float("inf"), float("-inf")):
            raise ValueError(f"{text[:20]} is too large a number")
        return value

    def constant(text: str) -> float:
        raise ValueError(f"{text} is no JSON")

    try:
        told = json.loads(content, object_pairs_hook=pairs, parse_float=number, parse_constant=constant)
        if depth(told) > DEEPEST:
            raise ValueError("it is nested too deep")
    except (ValueError, RecursionError) as error:
        raise Refused(422, f"This is not JSON as it should be: {str(error)[:100]}.") from None


def depth(told: Any) -> int:
    """How deep lists and objects are nested."""
    deepest, level = 0, [told]
    while level:
        deepest += 1
        level = [
            inner
            for outer in level
            if isinstance(outer, (dict, list))
            for inner in (outer.values() if isinstance(outer, dict) else outer)
        ]
    return deepest


def guarded(send: Any) -> Any:
    """A `send` that adds our headers to every answer."""

    async def with_headers(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            there = {name.lower() for name, _ in message.get("headers", [])}
            more = [(name.encode(), value.encode()) for name, value in HEADERS.items() if name.encode() not in there]
            if b"cache-control" not in there:
                more.append((b"cache-control", b"no-store"))
            message = {**message, "headers": [*message.get("headers", []), *more]}
        await send(message)

    return with_headers


async def refuse(scope: Mapping[str, Any], send: Any, refused: Refused) -> None:
    """Answer with a status and one sentence; a socket is closed before it is accepted."""
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008, "reason": ""})  # uvicorn answers 403
        return
    body = json.dumps({"problem": refused.problem}).encode()
    sends = guarded(send)
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    if refused.status in (408, 413):
        headers.append((b"connection", b"close"))
    await sends({"type": "http.response.start", "status": refused.status, "headers": headers})
    await sends({"type": "http.response.body", "body": body})

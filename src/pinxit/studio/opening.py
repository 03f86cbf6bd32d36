"""Open a studio: socket, home, address. What serves it is loaded once the address is printed, beside the browser."""

import socket
import threading
import webbrowser
from collections.abc import Callable, Sequence
from pathlib import Path

from pinxit.errors import UsageError
from pinxit.studio.guard import LOCAL_HOSTS, Door
from pinxit.studio.home import Home
from pinxit.studio.store import Store

LOOPBACK = ("127.0.0.1", "::1", "localhost")


def check_listening(listen: str, door: Door) -> None:
    """Raise UsageError for an open house: other machines may come in only with a token."""
    if door.token is None and listen not in LOOPBACK:
        raise UsageError(
            f"A studio that listens on {listen} can be reached from other machines and needs a token. Leave --no-token away."
        )


def open_socket(listen: str, port: int) -> socket.socket:
    """The socket to serve on; port 0: any free one. Raises UsageError when it is taken."""
    family = socket.AF_INET6 if ":" in listen else socket.AF_INET
    # asyncio sends at once (TCP_NODELAY) only where the protocol is named; else each answer in two pieces waits 40 ms
    found = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        found.bind((listen, port))
        found.listen()  # whoever follows the address as soon as it is printed waits, and is not refused
    except OSError as error:
        found.close()
        raise UsageError(
            f"The studio cannot listen on {listen}:{port} ({error.strerror}). Another program may be there: try --port 0."
        ) from None
    return found


def serve(
    granted: Path | None = None,
    *,
    home: Path,
    port: int,
    listen: str = "127.0.0.1",
    hosts: Sequence[str] = (),
    base_path: str = "",
    token: str | None = None,
    no_token: bool = False,
    browser: bool = True,
    granted_models: Sequence[Path] = (),
    say: Callable[[str], None] = print,
) -> None:
    """Open a studio and serve it until Ctrl-C. Raises PinxitError for what a person can fix."""
    opened = open_socket(listen, port)
    port = opened.getsockname()[1]
    base = f"/{base_path.strip('/')}" if base_path.strip("/") else ""
    named = {"token": None} if no_token else {"token": token} if token else {}
    door = Door(
        hosts=LOCAL_HOSTS | frozenset(host.lower() for host in hosts),
        base_path=base,
        port=port,
        local=listen in LOOPBACK and not hosts,
        **named,
    )
    try:
        check_listening(listen, door)
        place = Home(home)
        place.create()
        if granted is not None and not granted.exists():
            raise UsageError(
                f"There is no folder or file {granted.absolute()}. Give a folder of pictures, a zip, or a CSV/JSONL list."
            )
        shown = f"http://{'127.0.0.1' if listen in ('0.0.0.0', '::') else listen}:{port}{base}/"
        with place.opened(shown):
            Store(place.store).close()  # so that what is wrong with it is said before the address
            address = shown if door.token is None else f"{shown}#token={door.token}"
            say(f"The studio is open: {address}")
            say(f"Everything it makes is kept in {place.folder}. Ctrl-C closes it; trainings go on.")
            if browser:
                threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()
            from pinxit.studio.server import run
            from pinxit.studio.studio import Studio

            run(Studio(place, door, granted, granted_models), opened)
    finally:
        opened.close()

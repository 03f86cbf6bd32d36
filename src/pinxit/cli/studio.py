"""`pinxit studio`: the page in which one trains, explores and keeps."""

import importlib.util
import os
from argparse import Namespace
from collections.abc import Callable
from pathlib import Path

from pinxit.cli.options import Parser
from pinxit.errors import MissingExtra, UsageError, visible

PORT = 8765
TOKEN = "PINXIT_STUDIO_TOKEN"
FEWEST_LETTERS = 16


def add_flags(verb: str, parser: Parser, words: list[str]) -> Callable[[Namespace], int]:
    """Declare the flags; returns what runs it."""
    parser.epilog = f"A token of your own choice: set {TOKEN} (at least {FEWEST_LETTERS} letters) before starting."
    parser.add_argument(
        "pictures",
        nargs="?",
        type=Path,
        help="folder, zip or list of pictures to begin with; it is read, never changed",
    )
    parser.add_argument("--port", type=int, default=PORT, metavar="N", help=f"port (default {PORT}; 0: any free one)")
    parser.add_argument("--no-browser", action="store_true", help="only print the address")
    parser.add_argument(
        "--home", type=Path, default=Path(), metavar="FOLDER", help="where runs and pictures are kept (default: here)"
    )
    parser.add_argument(
        "--model", type=Path, action="append", default=[], metavar="FILE", help="a model file to open as well"
    )
    parser.add_argument(
        "--listen",
        default="127.0.0.1",
        metavar="ADDRESS",
        help="address to listen on (default 127.0.0.1: this machine only)",
    )
    parser.add_argument(
        "--allow-host",
        action="append",
        default=[],
        metavar="NAME",
        help="a name that browsers may call it by, behind a proxy",
    )
    parser.add_argument(
        "--base-path", default="", metavar="PATH", help="the prefix a proxy puts in front of every path"
    )
    parser.add_argument("--no-token", action="store_true", help="ask nobody for a token (on 127.0.0.1 only)")
    return studio


def studio(arguments: Namespace) -> int:
    """Serve until Ctrl-C."""
    if missing := [name for name in ("fastapi", "uvicorn", "websockets") if importlib.util.find_spec(name) is None]:
        raise MissingExtra(f"The studio ({', '.join(missing)})", "studio")
    if not 0 <= arguments.port <= 65_535:
        raise UsageError(f"A port is a number from 0 to 65535; {arguments.port} came.")
    token = os.environ.get(TOKEN)
    if token is not None and len(token) < FEWEST_LETTERS:
        raise UsageError(f"The token in {TOKEN} is too easily guessed: it needs at least {FEWEST_LETTERS} letters.")
    for model in arguments.model:
        if not model.is_file():
            raise UsageError(f"There is no model file {model}.")
    from pinxit.studio.opening import serve

    serve(
        arguments.pictures, home=arguments.home, port=arguments.port, listen=arguments.listen,
        hosts=arguments.allow_host, base_path=arguments.base_path, token=token, no_token=arguments.no_token,
        browser=not arguments.no_browser, granted_models=[model.absolute() for model in arguments.model],
        say=lambda words: print(visible(words), flush=True),
    )  # fmt: skip
    return 0

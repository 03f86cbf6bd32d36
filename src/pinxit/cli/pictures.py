"""`pinxit data check` and `pinxit data pack`."""

import sys
from argparse import Namespace
from collections.abc import Callable
from pathlib import Path

from pinxit import api
from pinxit.cli.options import Parser
from pinxit.errors import DataError, pasteable, visible


def add_flags(verb: str, parser: Parser, words: list[str]) -> Callable[[Namespace], int]:
    """Declare the flags of `data check` and `data pack`; returns what runs it."""
    parser.usage = (
        "pinxit data check PICTURES [--report DIR]\n       pinxit data pack PICTURES [--size 64] [--fit crop] …"
    )
    parser.add_argument(
        "action", choices=("check", "pack"), help="check: what is in there; pack: make the training cache"
    )
    parser.add_argument("pictures", help="folder, zip, CSV or JSONL list, or a built-in name such as peeps")
    parser.add_argument("--size", default="64", metavar="64|96x64", help="size to pack to, or to check against")
    parser.add_argument(
        "--report", type=Path, metavar="DIR", help="check: where report.html and report.json go (default check-NAME)"
    )
    parser.add_argument("--no-report", action="store_true", help="check: only print the table")
    parser.add_argument(
        "--fit", default="crop", choices=("crop", "pad", "stretch", "patches"), help="how to fit a picture to it"
    )
    parser.add_argument(
        "--alpha", action="store_true", default=None, help="pack: keep transparency even where it is rare"
    )
    parser.add_argument("--label", action="append", default=[], metavar="COLUMN", help="pack: label columns to keep")
    parser.add_argument("--out", type=Path, metavar="DIR", help="pack: where to (default: pinxit's cache)")
    return run


def run(arguments: Namespace) -> int:
    """Check or pack."""
    if arguments.action == "check":
        return check(arguments)
    packed = api.pack_data(
        arguments.pictures,
        arguments.out,
        size=arguments.size,
        fit=arguments.fit,
        alpha=arguments.alpha,
        labels=tuple(arguments.label),
    )
    print(packed.describe())
    print(visible(f"Packed: {packed.folder}"))
    return 0


def check(arguments: Namespace) -> int:
    """Print the doctor's table; write the page with thumbnails of what would be left out."""
    report = api.check_data(arguments.pictures, size=arguments.size, fit=arguments.fit)
    print_table([(finding, str(count), visible(example)) for finding, count, example in report.table()])
    if not arguments.no_report:
        name = Path(arguments.pictures).resolve().stem or "pictures"
        written = report.write(arguments.report or Path(f"check-{name}"))
        print(visible(f"Report with thumbnails of what is left out: {written}"))
    if not report.usable:
        raise DataError(f"No usable picture in {arguments.pictures}.")
    print(visible(f"Next: pinxit train {pasteable(arguments.pictures)} --for 20m"))
    return 0


def print_table(rows: list[tuple[str, str, str]]) -> None:
    """Findings in columns on a terminal; one plain line each where the output goes to a file or another program."""
    if not sys.stdout.isatty():
        for finding, count, example in rows:
            print(f"{finding}: {count} ({example.replace(chr(10), ' ')})")
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table("finding", "how many", "for example")
    for row in rows:
        table.add_row(*map(Text, row))  # as Text, because a file may be called "[bold]"
    Console().print(table)

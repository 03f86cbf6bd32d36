"""`pinxit data check`, `pinxit data prepare` and `pinxit data pack`."""

import sys
from argparse import Namespace
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from pinxit import api
from pinxit.cli.options import Parser
from pinxit.errors import DataError, UsageError, counted, pasteable, visible

if TYPE_CHECKING:
    from pinxit.data.prepare import Page


def add_flags(verb: str, parser: Parser, words: list[str]) -> Callable[[Namespace], int]:
    """Declare the flags of `data check`, `data prepare` and `data pack`; returns what runs it."""
    parser.usage = (
        "pinxit data check PICTURES [--report DIR]\n"
        "       pinxit data prepare SCANS --out DIR [--paper white|alpha|keep] …\n"
        "       pinxit data pack PICTURES [--size 64] [--fit crop] …"
    )
    parser.add_argument(
        "action",
        choices=("check", "prepare", "pack"),
        help="check: what is in there; prepare: make drawings of scans; pack: make the training cache",
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
    parser.add_argument(
        "--out", type=Path, metavar="DIR", help="prepare: a new folder; pack: where to (default: pinxit's cache)"
    )
    parser.add_argument(
        "--paper", default="white", choices=("white", "alpha", "keep"), help="prepare: what becomes of the paper"
    )
    parser.add_argument(
        "--margin", type=float, default=0.03, metavar="SHARE", help="prepare: of the drawing's side, left all round"
    )
    parser.add_argument("--no-straighten", action="store_true", help="prepare: leave pages askew")
    parser.add_argument("--no-split", action="store_true", help="prepare: one picture a page")
    parser.add_argument("--no-trim", action="store_true", help="prepare: leave empty paper where it is")
    return run


def run(arguments: Namespace) -> int:
    """Check or pack."""
    if arguments.action == "check":
        return check(arguments)
    if arguments.action == "prepare":
        return prepare(arguments)
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


def prepare(arguments: Namespace) -> int:
    """Make drawings of scans, and say what came of them."""
    if arguments.out is None:
        raise UsageError("Say where the drawings go: pinxit data prepare SCANS --out drawings")
    if not 0 <= arguments.margin <= 1:
        raise UsageError(f"--margin is a share of the drawing's side, from 0 to 1; {arguments.margin:g} came.")
    made = api.prepare_data(
        arguments.pictures,
        arguments.out,
        straighten=not arguments.no_straighten,
        split=not arguments.no_split,
        trim=not arguments.no_trim,
        paper=arguments.paper,
        margin=arguments.margin,
        each=tell_page,
    )
    for name, reason in made.left_out:
        print(visible(f"left out: {name} ({reason})"))
    print(visible(made.describe()))
    print(visible(f"Before and after: {made.sheet}"))
    print(visible(f"Next: pinxit train {pasteable(arguments.out)} --for 20m"))
    return 0


def tell_page(page: "Page") -> None:
    """One line for a page that gave drawings; the others are told at the end."""
    if page.drawings:
        print(visible(f"{page.number} of {page.of}: {page.name}, {counted(len(page.drawings), 'drawing')}"))


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

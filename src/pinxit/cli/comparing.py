"""`pinxit compare`."""

from argparse import Namespace
from collections.abc import Callable
from pathlib import Path

from pinxit import api
from pinxit.cli.options import Parser
from pinxit.cli.watching import TerminalWatch
from pinxit.errors import visible


def add_flags(verb: str, parser: Parser, words: list[str]) -> Callable[[Namespace], int]:
    """Declare the flags; returns what runs it."""
    parser.add_argument(
        "models", nargs="+", metavar="MODEL", help="model files, run folders or names of shipped models"
    )
    parser.add_argument(
        "--out", type=Path, default=Path("comparison"), metavar="DIR", help="where to: default comparison/"
    )
    parser.add_argument(
        "--against",
        metavar="PATH",
        help="pictures to compare all with (default: those held back from each one's training)",
    )
    parser.add_argument(
        "-n", "--count", type=int, metavar="N", help="pictures each paints for its score (default 500 to 2000)"
    )
    parser.add_argument("--no-score", action="store_true", help="measure nothing; tell the scores the files carry")
    parser.add_argument("--device", default="cpu", metavar="NAME", help="auto, cpu, cuda or mps (default cpu)")
    return compare


def compare(arguments: Namespace) -> int:
    """Write the comparison and say where it is."""
    page = api.compare(
        arguments.models,
        arguments.out,
        against=arguments.against,
        count=arguments.count,
        score=not arguments.no_score,
        device=arguments.device,
        watch=TerminalWatch(),
    )
    print(visible(f"Comparison: {page}"))
    print(visible(f"In figures: {page.with_name('comparison.csv')}"))
    return 0

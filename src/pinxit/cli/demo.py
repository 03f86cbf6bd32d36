"""`pinxit demo`: three minutes from nothing to a sheet of new pictures."""

from argparse import Namespace
from collections.abc import Callable
from pathlib import Path

from pinxit import api
from pinxit.cli.options import Parser, parse_minutes, typed
from pinxit.cli.watching import TerminalWatch
from pinxit.errors import pasteable

MINUTES = 3.0


def add_flags(verb: str, parser: Parser, words: list[str]) -> Callable[[Namespace], int]:
    """Declare the flags; returns what runs it."""
    parser.add_argument(
        "--for", dest="minutes", type=typed(parse_minutes), default=MINUTES, metavar="TIME", help="default 3m"
    )
    parser.add_argument("--out", type=Path, metavar="RUN", help="the run folder")
    return demo


def demo(arguments: Namespace) -> int:
    """Train on the built-in heads, write a sheet, say what comes next."""
    watch = TerminalWatch(None, arguments.minutes * 60)
    watch.say(f"Training on 4,000 built-in drawings of heads (peeps) for {arguments.minutes:g} minutes.")
    run = api.train("peeps", out=arguments.out, watch=watch, minutes=arguments.minutes)
    watch.say("")
    watch.say("Three minutes give first sketches; fifteen give crisp heads. With your own folder of pictures:")
    watch.say("    pinxit data check FOLDER       what is in it, and what will be left out")
    watch.say("    pinxit train FOLDER --for 20m")
    watch.say(f"    pinxit make {pasteable(run.path)} -n 64 --sheet")
    if run.sheet is None:
        watch.say(f"Demo stopped before the first checkpoint. Go on: pinxit resume {pasteable(run.path)}")
        return 1
    if run.report:
        watch.say(f"Its report card: {run.report.resolve()}")
    watch.say(f"Demo done. Look at the new pictures: {run.sheet.resolve()}")
    return 0

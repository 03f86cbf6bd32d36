"""`pinxit demo`: what the models that come with pinxit paint, then one of them learns a new manner within a minute."""

from argparse import Namespace
from collections.abc import Callable
from pathlib import Path

from pinxit import api
from pinxit.cli.making import make_folder, save_sheet
from pinxit.cli.options import Parser, parse_minutes, typed
from pinxit.cli.watching import TerminalWatch
from pinxit.errors import pasteable

MINUTES = 1.0
START, PICTURES = "peeps", "prints"


def add_flags(verb: str, parser: Parser, words: list[str]) -> Callable[[Namespace], int]:
    """Declare the flags; returns what runs it."""
    parser.add_argument(
        "--for", dest="minutes", type=typed(parse_minutes), default=MINUTES, metavar="TIME", help="default 1m"
    )
    parser.add_argument("--out", type=Path, metavar="RUN", help="the run folder")
    parser.add_argument(
        "--sheets", type=Path, default=Path("made"), metavar="DIR", help="where sheets go: default made/"
    )
    return demo


def demo(arguments: Namespace) -> int:
    """Show the shipped models, train on from one of them, say what comes next."""
    watch = TerminalWatch(None, arguments.minutes * 60)
    watch.say("Models that come with pinxit, 64 new pictures by each:")
    for name in api.shipped_models():
        model = api.load(name)
        if model.paints_pictures:
            watch.say(f"    {name} paints photographs of yours anew: pinxit style PHOTO --with {name}")
            continue
        watch.say(f"    {save_sheet(model, name, model.make(api.SHEET_SEEDS), make_folder(arguments.sheets))}")
    watch.say("")
    watch.say(
        f"'{START}' now learns from 200 pictures of another manner ('{PICTURES}'), {arguments.minutes:g} minutes long."
    )
    run = api.train(PICTURES, start=START, out=arguments.out, watch=watch, minutes=arguments.minutes, report=False)
    watch.say("")
    if run.sheet is None:
        watch.say(f"Demo stopped before the first checkpoint. Go on: pinxit resume {pasteable(run.path)}")
        return 1
    watch.say("With your own folder of pictures:")
    watch.say("    pinxit data check FOLDER       what is in it, and what will be left out")
    watch.say("    pinxit train FOLDER --for 20m")
    watch.say(f"    pinxit make {pasteable(run.path)} -n 64 --sheet")
    watch.say(f"Demo done. Look at the new pictures: {run.sheet.resolve()}")
    return 0

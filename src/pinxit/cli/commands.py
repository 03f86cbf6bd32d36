"""The command line: one verb per thing a person wants. Every verb goes through `pinxit.api`.

A verb's flags are added only when that verb is used, so that `pinxit --help` starts at once.
"""

import os
import signal
import sys
from argparse import Namespace
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from io import TextIOWrapper
from types import FrameType

from pinxit.cli.options import Parser
from pinxit.errors import BrokenOff, PinxitError, UsageError, did_you_mean, is_out_of_memory, visible


@dataclass(frozen=True)
class Verb:
    """One row of `pinxit --help`. `home` is the module in pinxit.cli with `add_flags(parser, words)` and `run(arguments)`."""

    about: str
    home: str


GROUPS: dict[str, dict[str, Verb]] = {
    "to begin": {
        "demo": Verb("show the models that come along, and teach one of them a new manner in a minute", "demo"),
        "studio": Verb("open a page to train, explore and keep in", "studio"),
    },
    "train": {
        "train": Verb("train a generator on your pictures", "training"),
        "plan": Verb("say what a training would choose in the time given, and why", "planning"),
        "resume": Verb("go on with a run", "training"),
        "stop": Verb("ask a running training to stop", "training"),
        "families": Verb("list the families of networks", "training"),
    },
    "paint": {
        "make": Verb("paint pictures with a model", "making"),
        "walk": Verb("a moving picture that leads from one picture to the next", "walking"),
        "mix": Verb("one picture of several: averages, or styles of some layers", "mixing"),
        "breed": Verb("children of pictures, each with parts of two", "mixing"),
        "directions": Verb("find, learn and name directions: which way latents go for a beard", "directions"),
        "move": Verb("pictures gone along directions", "directions"),
        "taste": Verb("mark what you like, and get more like it", "tasting"),
        "complete": Verb("paint what is missing in a picture, in several proposals", "completing"),
        "drag": Verb("pull at a picture: what is here goes there, and the rest follows", "dragging"),
        "upscale": Verb("draw pictures again, two or four times as large", "upscaling"),
        "project": Verb("find your own picture among those of a model, to direct it too", "projecting"),
        "reconstruct": Verb("squeeze pictures with a model of the family vae, and draw them back", "reconstructing"),
    },
    "without training": {
        "style": Verb("paint a picture, or a folder of them, in the manner of a painting", "styling"),
        "texture": Verb(
            "grow a texture from a sample (experimental), with height and normal maps if wanted", "styling"
        ),
    },
    "your pictures": {
        "data": Verb("check or pack pictures", "pictures"),
        "find": Verb("the pictures of a collection that look most like one", "sorting"),
        "sort": Verb("sort pictures by labels that some of them have", "sorting"),
    },
    "judge": {
        "score": Verb("how good a model is, in figures and a plain word", "scoring"),
        "compare": Verb("put models side by side: a page, a CSV, a sheet of each", "comparing"),
        "card": Verb("write a model's report card: a page, a Hugging Face model card, pictures", "scoring"),
        "info": Verb("what a model, a run or a picture says of itself", "making"),
    },
    "take away": {
        "save": Verb("take pictures away: larger, as SVG, icons, for paper, tiled, on a sheet", "saving"),
        "export": Verb("take a model away: as a page that paints in any browser, or as ONNX", "exporting"),
    },
}
"""What `pinxit --help` shows, under headings."""
VERBS = {name: verb for verbs in GROUPS.values() for name, verb in verbs.items()}


def overview() -> str:
    """What `pinxit` and `pinxit --help` print."""
    rows = "\n".join(
        f"\n{group}:\n" + "\n".join(f"  {name:12}{verb.about}" for name, verb in verbs.items())
        for group, verbs in GROUPS.items()
    )
    return (
        "pinxit: train a picture generator on your own pictures, and keep it.\n\n"
        f"usage: pinxit VERB …\n{rows}\n\nHelp on one of them: pinxit VERB --help\n"
        "To begin: pinxit demo   or: pinxit train FOLDER"
    )


def main(words: Sequence[str] | None = None) -> int:
    """Run one command. Returns the exit code: 0 done, 1 failed, 2 the request made no sense, 130 broken off."""
    own = words is None  # the whole process is this command
    if own and signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, break_off)
    words = list(sys.argv[1:] if words is None else words)
    for stream in (sys.stdout, sys.stderr):  # names of files may hold anything; a console may be old
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")
    try:
        try:
            code = dispatch(words)
            sys.stdout.flush()
            return code
        finally:
            if own:  # Python only ends from here on; one more Ctrl-C would tell a traceback, or end it by the signal
                signal.signal(signal.SIGINT, signal.SIG_IGN)
    except PinxitError as error:
        print(visible(f"pinxit: {error}"), file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        print("\npinxit: broken off. Finished checkpoints and pictures are kept.", file=sys.stderr)
        return 130
    except BrokenPipeError:  # `pinxit info x | head -1`: the reader has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or Python complains when it flushes at its end
        return 1
    except (MemoryError, RuntimeError) as error:
        if not is_out_of_memory(error):
            raise
        print(
            "pinxit: there is not enough memory. Try a smaller --batch or --size, or --accumulate 2.", file=sys.stderr
        )
        return 1
    except OSError as error:
        what = f"{error.filename}: {error.strerror}" if error.filename else str(error)
        print(visible(f"pinxit: the system refused: {what}. Finished work is kept."), file=sys.stderr)
        return 1


def break_off(_number: int, _frame: FrameType | None) -> None:
    """What Ctrl-C does while nobody listens for a polite end."""
    raise BrokenOff


def dispatch(words: list[str]) -> int:
    """Find the verb, let it declare its flags, run it."""
    if not words or words[0] in ("-h", "--help", "help"):
        print(overview())
        return 0
    if words[0] in ("-V", "--version", "version"):
        import pinxit

        print(f"pinxit {pinxit.__version__}")
        return 0
    name, rest = words[0], words[1:]
    if name not in VERBS:
        raise UsageError(f"There is no command '{name}'.{did_you_mean(name, VERBS)}")
    home = load_home(VERBS[name].home)
    parser = Parser(prog=f"pinxit {name}", description=VERBS[name].about, allow_abbrev=False)
    run: Callable[[Namespace], int] = home.add_flags(name, parser, rest)
    return run(parser.parse_args(rest))


def load_home(home: str):
    """Import the module of pinxit.cli that a verb lives in."""
    from importlib import import_module

    return import_module(f"pinxit.cli.{home}")

"""`pinxit walk`: a moving picture from one picture to the next."""

from argparse import Namespace
from collections.abc import Callable
from pathlib import Path

from pinxit import api
from pinxit.cli.options import Parser, parse_labels
from pinxit.errors import UsageError, visible


def add_flags(verb: str, parser: Parser, words: list[str]) -> Callable[[Namespace], int]:
    """Declare the flags; returns what runs it."""
    parser.add_argument("model", nargs="?", help="a model file, a run folder or the name of a shipped model")
    parser.add_argument("--seeds", metavar="LIST", help="where to stop, such as 1,5,9")
    parser.add_argument("--keys", type=Path, metavar="FILE", help="keyframes as JSON: says more of each stop")
    parser.add_argument("--seconds", type=float, metavar="N", help="of the whole walk (default 6)")
    parser.add_argument("--fps", type=float, metavar="N", help="pictures a second (default 25)")
    parser.add_argument(
        "--way", choices=("spherical", "linear", "spline"), help="how to get from stop to stop (default spherical)"
    )
    parser.add_argument("--loop", action="store_true", default=None, help="lead back to the first, without a jump")
    parser.add_argument("--easing", metavar="NAME", help="of every piece: even (default), smooth, in or out")
    parser.add_argument("--text", metavar="CAPTION", help="what to paint, for models trained with captions")
    parser.add_argument("--label", action="append", metavar="COLUMN=CLASS", help="for models trained with labels")
    parser.add_argument("--truncation", type=float, default=1.0, metavar="0..2", help="below 1 safer, above 1 wilder")
    parser.add_argument(
        "-o", "--out", type=Path, default=Path("walk.webp"), metavar="FILE",
        help="FILE.gif, .apng, .webp or .mp4, or a folder for numbered PNGs (default walk.webp)",
    )  # fmt: skip
    parser.add_argument("--background", default="#ffffff", metavar="COLOUR", help="below MP4 (default white)")
    parser.add_argument("--precision", choices=("float32", "bf16"), default="float32", help="as in pinxit make")
    parser.add_argument("--batch", type=int, default=16, metavar="N", help="pictures computed at once (default 16)")
    parser.add_argument("--device", default="cpu", metavar="NAME", help="auto, cpu, cuda or mps (default cpu)")
    parser.add_argument("--again", type=Path, metavar="FILE", help="repeat a walk from the recipe it carries")
    parser.add_argument("--models", type=Path, action="append", metavar="DIR", help="where --again looks for the model")
    return walk


def walk(arguments: Namespace) -> int:
    """Walk and say where the file is."""
    if arguments.again:
        folders = arguments.models or [Path("."), arguments.again.absolute().parent]
        path = api.walk_again(
            arguments.again, arguments.out, folders, background=arguments.background, device=arguments.device
        )
        print(visible(f"The same walk again: {path}"))
        return 0
    if arguments.model is None:
        raise UsageError("Which model? For example: pinxit walk peeps --seeds 1,5,9 --loop -o loop.gif")
    path = api.walk(
        arguments.model,
        api.parse_seeds(arguments.seeds) if arguments.seeds is not None else None,
        arguments.out,
        keyframes=arguments.keys,
        seconds=arguments.seconds,
        fps=arguments.fps,
        way=arguments.way,
        loop=arguments.loop,
        easing=arguments.easing,
        labels=parse_labels(arguments.label),
        text=arguments.text,
        truncation=arguments.truncation,
        background=arguments.background,
        precision=arguments.precision,
        batch=arguments.batch,
        device=arguments.device,
    )
    print(visible(f"The walk: {path}"))
    return 0

"""`pinxit score` and `pinxit card`."""

from argparse import Namespace
from collections.abc import Callable
from pathlib import Path

from pinxit import api
from pinxit.cli.options import Parser
from pinxit.cli.watching import TerminalWatch
from pinxit.errors import visible


def add_flags(verb: str, parser: Parser, words: list[str]) -> Callable[[Namespace], int]:
    """Declare the flags of one verb; returns what runs it."""
    parser.add_argument("model", help="a model file, a run folder or the name of a shipped model")
    parser.add_argument("--device", default="cpu", metavar="NAME", help="auto, cpu, cuda or mps (default cpu)")
    if verb == "card":
        parser.add_argument(
            "--out",
            type=Path,
            metavar="DIR",
            help="where to (default report/ in a run, NAME-report/ beside a model file)",
        )
        parser.add_argument(
            "-n", "--count", type=int, metavar="N", help="pictures to paint for the score (default 500 to 2000)"
        )
        parser.add_argument("--no-score", action="store_true", help="measure nothing; tell the scores the file carries")
        parser.add_argument("--no-pairs", action="store_true", help="show no training pictures")
        parser.add_argument("--model-licence", metavar="TEXT", help="the licence you give the model, such as cc-by-4.0")
        return card
    parser.add_argument(
        "--against", metavar="PATH", help="pictures to compare with (default: those held back from its training)"
    )
    parser.add_argument("-n", "--count", type=int, default=2000, metavar="N", help="pictures to paint (default 2000)")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="of the random subsets (default 0)")
    parser.add_argument(
        "--pairs",
        type=Path,
        metavar="FILE",
        help="save a sheet: the pictures most like training pictures, beside these",
    )
    parser.add_argument(
        "--features",
        default="efficientnet-lite0",
        metavar="NAME",
        help="what pictures are compared by: efficientnet-lite0 (default), or inception, whose FID stands in papers",
    )
    parser.add_argument("--weights", type=Path, metavar="FILE", help="the file of Inception's weights")
    parser.add_argument("--fetch", action="store_true", help="download Inception's weights, once (96 MB)")
    parser.add_argument(
        "--bf16", action="store_true", help="compute the features in bfloat16: quicker on some machines, less exact"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures to a file too")
    return score


def score(arguments: Namespace) -> int:
    """Print the figures, and keep them where asked."""
    watch = TerminalWatch()
    found = api.score(
        arguments.model,
        arguments.against,
        count=arguments.count,
        seed=arguments.seed,
        device=arguments.device,
        pairs=arguments.pairs,
        features=arguments.features,
        weights=arguments.weights,
        fetch=arguments.fetch,
        bf16=arguments.bf16,
        watch=watch,
    )
    for line in found.lines():
        print(visible(line))
    if arguments.pairs:
        print(visible(f"Painted pictures beside the training pictures nearest to them: {arguments.pairs}"))
    if arguments.json:
        api.write_text(arguments.json, api.to_text(found.to_json()))
        print(visible(f"In figures: {arguments.json}"))
    return 0


def card(arguments: Namespace) -> int:
    """Write the card and say where it is."""
    page = api.card(
        arguments.model,
        arguments.out,
        count=arguments.count,
        score=not arguments.no_score,
        pairs=not arguments.no_pairs,
        licence=arguments.model_licence,
        device=arguments.device,
        watch=TerminalWatch(),
    )
    print(visible(f"Report card: {page}"))
    print(visible(f"For Hugging Face, with its pictures: {page.with_name('README.md')}"))
    return 0

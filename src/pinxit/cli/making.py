"""`pinxit make` and `pinxit info`."""

from argparse import Namespace
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from pinxit import api
from pinxit.cli.options import Parser, parse_labels
from pinxit.errors import UsageError, counted, visible

MOST_ON_A_SHEET = 1024


def add_flags(verb: str, parser: Parser, words: list[str]) -> Callable[[Namespace], int]:
    """Declare the flags of one verb; returns what runs it."""
    if verb == "info":
        parser.add_argument("path", type=Path, help="a model, a run folder or a PNG that pinxit made")
        return info
    parser.add_argument("model", nargs="?", help="a model file, a run folder or the name of a shipped model")
    parser.add_argument("-n", "--count", type=int, metavar="N", help="paint seeds 0 to N-1 (default 16)")
    parser.add_argument("--seeds", metavar="LIST", help="such as 0-63,100")
    parser.add_argument("--text", metavar="CAPTION", help="what to paint, for models trained with captions")
    parser.add_argument("--label", action="append", metavar="COLUMN=CLASS", help="for models trained with labels")
    parser.add_argument("--truncation", type=float, default=1.0, metavar="0..2", help="below 1 safer, above 1 wilder")
    parser.add_argument(
        "--precision", choices=("float32", "bf16"), default="float32", help="bf16 is quicker on some machines"
    )
    parser.add_argument("--batch", type=int, default=16, metavar="N", help="pictures computed at once (default 16)")
    parser.add_argument("--device", default="cpu", metavar="NAME", help="auto, cpu, cuda or mps (default cpu)")
    parser.add_argument(
        "--framework", default="pytorch", metavar="pytorch|tensorflow", help="what computes them (default pytorch)"
    )
    parser.add_argument("--out", type=Path, default=Path("made"), metavar="DIR", help="where to (default made/)")
    parser.add_argument("--sheet", action="store_true", help="one contact sheet instead of single pictures")
    parser.add_argument("--again", type=Path, metavar="PICTURE", help="repeat a picture from the recipe it carries")
    parser.add_argument("--models", type=Path, action="append", metavar="DIR", help="where --again looks for the model")
    return make


def make(arguments: Namespace) -> int:
    """Paint pictures, name them by seed, say where they are."""
    if arguments.again:
        return make_again(arguments)
    if arguments.model is None:
        raise UsageError(
            "Which model? Give a model file, a run folder or a shipped name, for example: pinxit make runs/… -n 64"
        )
    if arguments.count is not None and arguments.seeds is not None:
        raise UsageError("Give either -n or --seeds, not both.")
    if arguments.count is not None and not 1 <= arguments.count <= 1_000_000:
        raise UsageError(f"-n takes 1 to 1,000,000 pictures; {arguments.count} came.")
    seeds = api.parse_seeds(arguments.seeds) if arguments.seeds is not None else range(arguments.count or 16)
    labels = parse_labels(arguments.label)
    model = api.load(arguments.model, arguments.device, arguments.framework)
    if arguments.precision == "float32":
        model = api.quicken(model, pictures=len(seeds), batch=arguments.batch)
    out = make_folder(arguments.out)
    how = {
        "text": arguments.text,
        "labels": labels,
        "truncation": arguments.truncation,
        "precision": arguments.precision,
        "batch": arguments.batch,
    }
    name = Path(arguments.model).name.removesuffix(".safetensors") or "model"
    name = model.path.parent.name if name == "model" else name
    if arguments.sheet:
        if len(seeds) > MOST_ON_A_SHEET:
            raise UsageError(
                f"A sheet holds at most {MOST_ON_A_SHEET} pictures; {len(seeds)} seeds came. Leave --sheet away."
            )
        paintings = list(model.paint(seeds, **how))
        tell_of_text(model, arguments.text)
        print(visible(f"Sheet of {counted(len(seeds), 'picture')}: {save_sheet(model, name, paintings, out)}"))
        return 0
    for painting in model.paint(seeds, **how):
        painting.save(free_path(out / f"{name}-{painting.seed:06d}.png", painting.recipe))
    tell_of_text(model, arguments.text)
    count = f"{len(seeds)} picture{'' if len(seeds) == 1 else 's'}"
    print(visible(f"{count} in {out} (the seed is in each name, the recipe in each file)"))
    return 0


def tell_of_text(model: "api.Model", text: str | None) -> None:
    """Print what should be known of the caption, or of painting without one."""
    for remark in model.remarks_on(text):
        print(visible(remark))
    if text is None and model.canvas.vocabulary is not None:
        examples = model.canvas.vocabulary.examples
        like = f', for example: --text "{examples[0]}"' if examples else ""
        print(visible(f"Without --text, captions are those of pictures that it did not learn from{like}."))


def save_sheet(model: "api.Model", name: str, paintings: "Sequence[api.Painting]", out: Path) -> Path:
    """One sheet of what a model painted, named by its seeds. Returns where it is."""
    path = out / f"{name}-sheet-{paintings[0].seed}-{paintings[-1].seed}.png"
    return model.save_sheet(paintings, free_path(path, model.sheet_recipe(paintings)))


def make_again(arguments: Namespace) -> int:
    """Repeat a picture from its recipe and save it beside its name."""
    folders = arguments.models or [Path("."), arguments.again.absolute().parent]
    painting = api.make_again(arguments.again, folders)
    name = f"{arguments.again.stem}-again.png"
    path = painting.save(free_path(make_folder(arguments.out) / name, painting.recipe))
    print(visible(f"The same picture again: {path}"))
    return 0


def free_path(path: Path, recipe: Mapping[str, Any]) -> Path:
    """`path`, or path-2, path-3 … where another picture has that name: only the very same picture is written over."""
    taken, number = path, 2
    while taken.exists() and not api.has_recipe(taken, recipe):
        taken, number = path.with_name(f"{path.stem}-{number}{path.suffix}"), number + 1
    return taken


def make_folder(out: Path) -> Path:
    """The folder pictures go to. Raises UsageError when it cannot be one."""
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"Pictures cannot go to {out}: {error.strerror}. Choose another --out.") from None
    return out


def info(arguments: Namespace) -> int:
    """Print what a file says of itself; its scores, if they are sound, as people read them."""
    told = api.info(arguments.path)
    if lines := api.score_lines(told.get("scores")):
        told = {**told, "scores": lines}
    print(visible(api.to_text(told)))
    return 0

"""`pinxit style` and `pinxit texture`: pictures in the manner of paintings, textures from samples."""

from argparse import Namespace
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pinxit import api
from pinxit.cli.making import free_path, make_folder
from pinxit.cli.options import Parser, add_setting_flags, chosen_values
from pinxit.cli.watching import TerminalWatch, bar
from pinxit.errors import UsageError, counted, visible
from pinxit.settings import duration


def add_flags(verb: str, parser: Parser, words: list[str]) -> Callable[[Namespace], int]:
    """Declare the flags of one verb; returns what runs it."""
    parser.add_argument(
        "--features",
        metavar="FILE",
        help="look through this VGG-16 or VGG-19 (.safetensors), or the published vgg16, instead of EfficientNet-Lite0",
    )
    parser.add_argument("--fetch", action="store_true", help="with --features vgg16: download it, once (553 MB)")
    parser.add_argument("--preview", metavar="FILE", help="a PNG that is written anew while it paints")
    parser.add_argument("--out", type=Path, default=Path("made"), metavar="DIR", help="where to (default made/)")
    if verb == "texture":
        parser.add_argument("sample", help="a picture of what it is to look like")
        parser.add_argument("--maps", action="store_true", help="also write a height map and a normal map")
        add_setting_flags(parser, api.texture_settings())
        return texture
    parser.add_argument("content", help="a picture; a folder, zip or list of them; or, with a model, a film")
    parser.add_argument(
        "style",
        nargs="*",
        help="one painting or several; of a model, names of its manners",
    )
    parser.add_argument(
        "--with",
        dest="model",
        metavar="MODEL",
        help="a model of the family fast_style, which paints in one pass: a file, a run, or the name of a shipped one",
    )
    parser.add_argument(
        "--style-name",
        action="append",
        default=[],
        metavar="NAME",
        help="a manner of that model (default: each of them)",
    )
    parser.add_argument("--weight", type=float, action="append", metavar="N", help="of each painting, in their order")
    parser.add_argument(
        "--mask",
        action="append",
        metavar="FILE",
        help="where each painting goes, in their order: white there, black elsewhere",
    )
    parser.add_argument(
        "--steady",
        type=float,
        metavar="0..1",
        help="of films: how much of the frame before stays where nothing moves (default 0.8)",
    )
    parser.add_argument("--initial", metavar="FILE", help="a picture to paint over, instead of the content")
    add_setting_flags(parser, api.style_settings())
    return style


class FilmWatch(TerminalWatch):
    """A bar for one film."""

    def describe(self, line: dict[str, Any]) -> str:
        """`[#####-----]  6s left  21 frames a second`."""
        return f"{bar(line['share'])}  {duration(line['left'])} left  {line['speed']:.3g} frames a second"


class PaintingWatch(TerminalWatch):
    """A bar for one picture."""

    def describe(self, line: dict[str, Any]) -> str:
        """`[#####-----]  6s left  loss 0.041`."""
        return f"{bar(line['share'])}  {duration(line['left'])} left  loss {line['loss']:.3g}"


def style(arguments: Namespace) -> int:
    """Paint, save, say how far it is from both."""
    if arguments.model is not None:
        return restyle(arguments)
    if api.is_film(arguments.content):
        raise UsageError(
            "A film is painted in a manner that was learned before, or it would take days: pinxit train PHOTOS --family "
            "fast_style --style painting.jpg, then pinxit style FILM --with that run. Or take one that comes with pinxit."
        )
    if arguments.style_name or arguments.steady is not None:
        raise UsageError("--style-name and --steady are for models; name the model with --with.")
    watch, settings = PaintingWatch(), chosen_values(arguments)
    if Path(arguments.content).is_dir() or api.is_list(arguments.content):
        if arguments.mask or arguments.initial or arguments.preview:
            raise UsageError("--mask, --initial and --preview are for one picture; a folder came.")
        how = {"weights": arguments.weight, "features": arguments.features, "fetch": arguments.fetch, **settings}
        found = api.style_folder(arguments.content, arguments.style, arguments.out, watch=watch, **how)
        print(visible(f"{counted(len(found), 'picture')} in {arguments.out}"))
        return 0
    out = make_folder(arguments.out)
    made = api.style(
        arguments.content,
        arguments.style,
        weights=arguments.weight,
        masks=arguments.mask,
        initial=arguments.initial,
        features=arguments.features,
        fetch=arguments.fetch,
        preview=arguments.preview,
        watch=watch,
        **settings,
    )
    name = "-".join(Path(one).stem for one in (arguments.content, *arguments.style))[:150]
    path = made.save(free_path(out / f"{name}.png", made.recipe))
    watch.say(f"{path}  {api.describe_style(made)}")
    if made.ended != "done":
        watch.say("Broken off: this is the best so far.")
        return 130
    return 0


def restyle(arguments: Namespace) -> int:
    """Paint in the manners of a model, each named one mixed into the picture, or one picture in each."""
    for name in ("mask", "initial", "preview", "features", "fetch"):
        if getattr(arguments, name):
            raise UsageError(f"--{name} has no meaning with --with: a model paints in one pass.")
    watch, settings = FilmWatch(), chosen_values(arguments)
    if arguments.steady is not None and not api.is_film(arguments.content):
        raise UsageError("--steady is for films; a picture stands still.")
    model = api.load(arguments.model, settings.get("device", "auto"))
    named = [*arguments.style, *arguments.style_name]
    out = make_folder(arguments.out)
    for names in [named] if named else [[name] for name in model.manners] or [[]]:
        how = {"weights": arguments.weight, **settings}
        called = [name if name in model.manners else Path(name).stem for name in names]
        stem = "-".join([Path(arguments.content).stem, *called])[:150]
        if api.is_film(arguments.content):
            path, steady = out / f"{stem}.mp4", {} if arguments.steady is None else {"steady": arguments.steady}
            ended = api.restyle_film(arguments.content, model, path, names, watch=watch, **how, **steady)
            watch.say(f"{path}" if ended else f"Broken off; the film ends where it stood: {path}")
            if not ended:
                return 130
            continue
        if Path(arguments.content).is_dir() or api.is_list(arguments.content):
            found = api.restyle_folder(arguments.content, model, out, names, watch=watch, **how)
            print(visible(f"{counted(len(found), 'picture')} in {out}"))
            continue
        made = api.restyle(arguments.content, model, names, **how)
        path = made.save(free_path(out / f"{stem}.png", made.recipe))
        watch.say(f"{path}  {api.describe_style(made)}")
    return 0


def texture(arguments: Namespace) -> int:
    """Grow, save, say whether a seam can be seen."""
    watch, out = PaintingWatch(), make_folder(arguments.out)
    made = api.texture(
        arguments.sample,
        features=arguments.features,
        fetch=arguments.fetch,
        preview=arguments.preview,
        watch=watch,
        **chosen_values(arguments),
    )
    path = free_path(out / f"{Path(arguments.sample).stem[:150]}-texture.png", made.recipe)
    for written in made.save(path, maps=arguments.maps):
        watch.say(str(written))
    if made.recipe["settings"]["seamless"]:
        seams = ", ".join(f"{axis} {share:.2f}" for axis, share in made.seams.items())
        watch.say(
            f"Steps across its seams, as a share of the largest step between lines inside: {seams} (up to 1: no step)"
        )
    if made.ended != "done":
        watch.say("Broken off: this is the best so far.")
        return 130
    return 0

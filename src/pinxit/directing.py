"""What `import pinxit` hands out for directing a trained model: walks, mixtures, directions. Part of the api, as lazy as it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pinxit.errors import PictureError, UsageError
from pinxit.runs.progress import Silent

if TYPE_CHECKING:
    from PIL.Image import Image

    from pinxit.generation.model import Model, Painting
    from pinxit.training.task import Watch


def walk(
    model: str | Path | Model,
    seeds: Sequence[int] | None = None,
    out: str | Path = "walk.webp",
    *,
    keyframes: Path | Mapping[str, Any] | None = None,
    seconds: float | None = None,
    fps: float | None = None,
    way: str | None = None,
    loop: bool | None = None,
    easing: str | None = None,
    labels: Mapping[str, str] | None = None,
    text: str | None = None,
    truncation: float = 1.0,
    background: str = "#ffffff",
    precision: str = "float32",
    batch: int = 16,
    device: str = "cpu",
) -> Path:
    """Walk from picture to picture, and save the way as a moving picture. Returns where it is.

    seeds      where to stop, in this order; or `keyframes`: a JSON file (or its content) that says more of each stop
    out        .gif, .apng, .webp or .mp4 (extra `video`), or a folder for numbered PNGs
    seconds    of the whole walk; default 6
    fps        pictures a second; default 25
    way        "spherical" (default), "linear" or "spline"; `loop` leads back to the first and closes without a jump
    easing     of every piece: "even" (default), "smooth", "in" or "out"
    background below MP4, which has no alpha
    Raises UsageError for what makes no walk, PictureError for pictures of another model among the keyframes.
    """
    from pinxit.generation.model import open_model
    from pinxit.generation.walking import count_frames, read_keyframes, walk_recipe, walk_through
    from pinxit.images.animation import check_animation

    if (seeds is None) == (keyframes is None):
        raise UsageError("A walk needs either seeds or keyframes, for example: pinxit walk MODEL --seeds 1,5,9 --loop")
    told = {"keys": [{"seed": seed} for seed in seeds]} if seeds is not None else keyframes
    told = dict(told) if isinstance(told, Mapping) else read_keyframes(Path(told))  # pyright: ignore[reportArgumentType]
    chosen = {"seconds": seconds, "fps": fps, "way": way, "loop": loop}
    told = {**told, **{name: value for name, value in chosen.items() if value is not None}}
    if easing is not None:
        told["keys"] = [{"easing": easing, **key} for key in told["keys"]]
    pace = told.get("fps", 25.0)
    if not isinstance(pace, int | float):
        raise UsageError(f"fps is a number of pictures a second; {pace!r} came.")
    check_animation(Path(out), pace)
    painter = open_model(model, device)
    found, names = walk_through(painter, told, {"labels": labels, "text": text, "truncation": truncation})
    count = count_frames(found, pace)
    recipe = walk_recipe(painter, found, names, pace, precision)
    return save_walk(painter, found, recipe, count, Path(out), background, batch)


def walk_again(
    picture: Path, out: Path, folders: Sequence[Path], *, background: str = "#ffffff", device: str = "cpu"
) -> Path:
    """Repeat a walk from the recipe that its file carries, with the model of that hash found in `folders`."""
    from pinxit.generation.finding import find_by_hash
    from pinxit.generation.model import open_model
    from pinxit.generation.sampling import read_recipe
    from pinxit.generation.walking import count_frames, walk_of

    recipe = read_recipe(picture)
    if "walk" not in recipe:
        raise UsageError(f"{picture} is a single picture. Repeat it with: pinxit make --again")
    painter = open_model(find_by_hash(recipe["model"], folders), device)
    found = walk_of(painter, recipe, str(picture))
    try:
        pace = float(recipe["fps"])
    except (KeyError, TypeError, ValueError):
        raise PictureError(f"The walk in {picture} is damaged (no pictures a second).") from None
    return save_walk(painter, found, recipe, count_frames(found, pace), out, background, 16)


def save_walk(
    model: Model, walk: Any, recipe: Mapping[str, Any], count: int, out: Path, background: str, batch: int
) -> Path:
    """Paint and write the frames of a walk, with the recipe in the file."""
    from pinxit.generation.sampling import recipe_text, recipe_xmp
    from pinxit.generation.walking import frames_of
    from pinxit.images.animation import save_animation

    if batch < 1:
        raise UsageError(f"A batch holds at least one picture; {batch} came.")
    frames = frames_of(model, walk, count, recipe["precision"], batch)
    return save_animation(
        frames, out, recipe["fps"], count=count, loop=walk.loop, text=recipe_text(recipe), xmp=recipe_xmp(recipe),
        background=background,
    )  # fmt: skip


def mix(
    model: str | Path | Model,
    parents: Sequence[int | str | Path | Painting | Mapping[str, Any]],
    weights: Sequence[float] | None = None,
    *,
    layers: str | None = None,
    labels: Mapping[str, str] | None = None,
    text: str | Sequence[str] | None = None,
    truncation: float = 1.0,
    precision: str = "float32",
    device: str = "cpu",
) -> Painting:
    """One picture of several: their weighted average, labels and captions blended; or, with `layers`, of two by their styles.

    parents  seeds (7, or "7:hair=bald"), PNGs that this model painted, paintings, or recipes of these
    weights  how much each counts, relatively; without, all the same. Below 0 leads away from one
    layers   "coarse", "middle", "fine" or numbers such as "0-3": the first picture in the styles of the second in these layers
             (family `stylegan`)
    text     for seeds of a model that paints from captions: one, or one for each
    The picture's recipe holds its numbers and remembers its parents: `make_again` repeats it without them.
    """
    from pinxit.generation.mixing import average, style_mix
    from pinxit.generation.model import open_model
    from pinxit.generation.parents import parents_of
    from pinxit.generation.points import paint

    painter = open_model(model, device)
    points, memories = parents_of(painter, parents, labels=labels, text=text, truncation=truncation)
    if layers is None:
        mixed = average(painter, points, weights)
        told = {
            "how": "average",
            "weights": [1.0] * len(points) if weights is None else [float(one) for one in weights],
        }
    else:
        if len(points) != 2 or weights is not None:
            raise UsageError(f"Mixing by layers takes two pictures and no weights; {len(points)} pictures came.")
        mixed = style_mix(painter, points[0], points[1], layers)
        told = {"how": "styles of the second in some layers", "layers": layers}
    return paint(painter, mixed, [{**told, "parents": memories}], precision=precision)[0]


def breed(
    model: str | Path | Model,
    parents: Sequence[int | str | Path | Painting | Mapping[str, Any]],
    children: int = 16,
    *,
    mutation: float = 0.2,
    seed: int = 0,
    labels: Mapping[str, str] | None = None,
    text: str | Sequence[str] | None = None,
    truncation: float = 1.0,
    precision: str = "float32",
    batch: int = 16,
    device: str = "cpu",
) -> list[Painting]:
    """Children of pictures: each takes its parts from two of them, then chance changes it a little; each remembers its parents.

    parents   two or more, named as in `mix`
    mutation  0: nothing but what the parents have; 1: nothing of them is left
    seed      of chance: the same gives the same children
    """
    from pinxit.generation.mixing import breed as bred_of
    from pinxit.generation.model import open_model
    from pinxit.generation.parents import parents_of
    from pinxit.generation.points import paint

    painter = open_model(model, device)
    points, memories = parents_of(painter, parents, labels=labels, text=text, truncation=truncation)
    found, pairs = bred_of(painter, points, children, mutation=mutation, seed=seed)
    how = {"how": "bred", "mutation": mutation, "chance": seed}
    origins = [
        {**how, "child": child, "parents": [memories[parent] for parent in pair]} for child, pair in enumerate(pairs)
    ]
    return paint(painter, found, origins, precision=precision, batch=batch)


def save_strip(paintings: Sequence[Painting], out: Path, columns: int | None = None) -> Path:
    """A sheet of paintings of any kind, row by row. It tells how each came to be; single pictures are what repeats."""
    from pinxit.generation.sampling import recipe_text, recipe_xmp
    from pinxit.images.files import save_png
    from pinxit.images.sheets import contact_sheet

    first = paintings[0].recipe
    told = {name: first[name] for name in ("format", "model", "family", "precision", "size")}
    told["origins"] = [painting.recipe.get("origin") for painting in paintings]
    sheet = contact_sheet([painting.image for painting in paintings], columns)
    save_png(sheet, out, recipe_text(told), recipe_xmp())
    return out


def complete(
    picture: str | Path | Image,
    mask: str | Path | Image,
    model: str | Path | Model,
    proposals: int = 4,
    *,
    seed: int = 0,
    by: Literal["auto", "search", "learned"] = "auto",
    samples: int = 2000,
    steps: int = 200,
    labels: Mapping[str, str] | None = None,
    text: str | None = None,
    device: str = "cpu",
    watch: Watch | None = None,
) -> list[Painting]:
    """Paint what is missing in a picture, with any model that paints from noise.

    mask       as large as the picture: white where it is to be painted, or painted on transparency
    proposals  how many ways to complete it, from `seed` on
    by         "search": the model is searched for pictures that go with what is there, as in `project`; "learned": by a model
               trained with `--completes`, at once; "auto": learned where it can
    samples, steps, labels, text  of a search, as in `project`; Ctrl-C ends it with the best so far
    What is outside the mask stays as it is, up to a narrow seam. Raises PictureError for a mask of another size, all black or
    all white, UsageError for a model that cannot do it.
    """
    from pinxit.generation.completion import complete as fill
    from pinxit.generation.model import open_model

    if not 1 <= proposals <= 64:
        raise UsageError(f"1 to 64 proposals can be had at once; {proposals} came.")
    return fill(
        picture, mask, open_model(model, device), proposals, seed=seed, by=by, samples=samples, steps=steps, labels=labels,
        text=text, report=(watch or Silent()).report,
    )  # fmt: skip

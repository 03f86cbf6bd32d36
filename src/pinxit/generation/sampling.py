"""From seeds and labels to pictures: the numbers a painting starts from, and the recipe that repeats it."""

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from xml.sax.saxutils import quoteattr, unescape

import numpy as np

import pinxit
from pinxit.data.labels import NUMBER_STEPS
from pinxit.errors import PictureError, UsageError
from pinxit.families.contract import Canvas
from pinxit.images.animation import read_carried
from pinxit.networks.seeds import latents_of

MADE_BY = "made by a generative model"
DIGITAL_SOURCE_TYPE = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
ENHANCED = "http://cv.iptc.org/newscodes/digitalsourcetype/algorithmicallyEnhanced"
"""Of a person's own picture that a program made larger."""
RECIPE_IN_XMP = re.compile(r"""\bpinxit:recipe=(["'])(.*?)\1""", re.DOTALL)
XMP = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/"
 xmlns:xmp="http://ns.adobe.com/xap/1.0/" Iptc4xmpExt:DigitalSourceType="{source}" xmlns:pinxit="urn:pinxit:recipe:1"
 xmp:CreatorTool="{tool}"{recipe}/>
</rdf:RDF></x:xmpmeta>
<?xpacket end="w"?>"""


def labels_of(seeds: Sequence[int], canvas: Canvas, wanted: Mapping[str, str], latents: int) -> np.ndarray:
    """(N, columns) int64 class numbers. What is not wanted by name is drawn per seed, after the seed's latents."""
    asked = {column: canvas.label(column, text) for column, text in wanted.items()}
    chosen = np.empty((len(seeds), len(canvas.classes)), np.int64)
    for row, seed in enumerate(seeds):
        stream = np.random.RandomState(seed)
        stream.standard_normal(latents)
        for place, (column, names) in enumerate(canvas.classes.items()):
            drawn = stream.randint(NUMBER_STEPS + 1 if column in canvas.ranges else len(names))
            chosen[row, place] = asked.get(column, drawn)
    return chosen


def captions_of(seeds: Sequence[int], canvas: Canvas, wanted: str | Sequence[str] | None) -> list[str]:
    """The caption of each seed: the one text that is wanted for all, one for each, or examples of the model in turn.

    Empty where the model listens to none. Raises UsageError for a caption that it cannot use.
    """
    vocabulary = canvas.vocabulary
    if vocabulary is None:
        if wanted is not None:
            hint = f" It listens to labels: {', '.join(canvas.classes)}." if canvas.classes else " Leave the text away."
            raise UsageError(
                f"This model paints from seeds, not from text: it was trained without captions.{hint} A family that learns "
                "from captions is stackgan."
            )
        return [""] * len(seeds)
    if wanted is None:
        examples = vocabulary.examples or ("",)
        return [examples[seed % len(examples)] for seed in seeds]
    captions = [wanted] * len(seeds) if isinstance(wanted, str) else list(wanted)
    if len(captions) != len(seeds):
        raise UsageError(
            f"{len(captions)} captions came for {len(seeds)} seeds. Give one caption, or one for each seed."
        )
    for caption in dict.fromkeys(captions):
        vocabulary.check(caption)
    return captions


def starting_points(
    seeds: Sequence[int],
    canvas: Canvas,
    wanted: Mapping[str, str],
    latents: int,
    truncation: float,
    captions: Sequence[str] | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """(N, latents) float32 scaled by `truncation`, and (N, columns) int64: classes, then the pieces of the captions.

    captions  as `captions_of` gives them; None: examples of the model
    `truncation` moves latents towards their mean, which is 0: below 1 safer and more alike, above 1 wilder.
    """
    check_truncation(truncation)
    numbers = latents_of(seeds, latents)  # first: it says which seeds there are not
    rows = labels_of(seeds, canvas, wanted, latents)
    if canvas.vocabulary is not None:
        told = canvas.vocabulary.encode(captions_of(seeds, canvas, None) if captions is None else captions)
        rows = np.concatenate([rows, told], axis=1)
    return numbers * np.float32(truncation), rows


def check_truncation(truncation: float) -> None:
    """Raise UsageError for a number that makes no sense."""
    if not 0 <= truncation <= 2:
        raise UsageError(f"Truncation goes from 0 (all alike) over 1 (as trained) to 2; {truncation} came.")


def recipe_text(recipe: Mapping[str, Any]) -> dict[str, str]:
    """PNG text: standard keywords for any viewer, and the whole recipe as JSON under "pinxit"."""
    return {
        "Software": f"pinxit {pinxit.__version__}",
        "Comment": f"{MADE_BY} (pinxit, family {recipe['family']}{of_seeds(recipe)})",
        "pinxit": json.dumps(recipe, ensure_ascii=False, sort_keys=True),
    }


def of_seeds(recipe: Mapping[str, Any]) -> str:
    """ ", seed 7", for people, where a recipe is of seeds."""
    seeds = recipe.get("seed", recipe.get("seeds"))
    return "" if seeds is None else f", seed {seeds}"


def sheet_recipe(recipes: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The recipe of a sheet: the seeds of all its pictures, the labels that all have in common, and their captions."""
    first = recipes[0]
    common = {
        column: name
        for column, name in first["labels"].items()
        if all(recipe["labels"][column] == name for recipe in recipes)
    }
    told = {name: value for name, value in first.items() if name not in ("seed", "text")}
    texts = [recipe["text"] for recipe in recipes if "text" in recipe]
    if texts:
        told["text"] = texts[0] if len(set(texts)) == 1 else texts
    return {**told, "labels": common, "seeds": [recipe["seed"] for recipe in recipes]}


def recipe_xmp(recipe: Mapping[str, Any] | None = None, source: str = DIGITAL_SOURCE_TYPE) -> str:
    """XMP with the IPTC digital source type for pictures made by a trained model; with `recipe`, for files without texts."""
    told = (
        "" if recipe is None else f" pinxit:recipe={quoteattr(json.dumps(recipe, ensure_ascii=True, sort_keys=True))}"
    )
    return XMP.format(source=source, tool=f"pinxit {pinxit.__version__}", recipe=told)


def read_recipe(picture: Path) -> dict[str, Any]:
    """The recipe that a picture carries. Raises PictureError."""
    try:
        return parse_recipe(read_carried(picture))
    except PictureError as error:
        raise PictureError(f"{picture} cannot be read back: {error}.") from None


def parse_recipe(texts: Mapping[str, str]) -> dict[str, Any]:
    """The recipe in a picture's texts. Raises PictureError (a reason, without the name) when there is none or it is damaged."""
    in_xmp = RECIPE_IN_XMP.search(texts.get("XML:com.adobe.xmp", ""))
    told = texts.get("pinxit") or (unescape(in_xmp[2], {"&quot;": '"', "&apos;": "'"}) if in_xmp else "")
    if not told:
        raise PictureError("it carries no pinxit recipe; only pictures as pinxit saved them do")
    try:
        recipe = json.loads(told)
    except (ValueError, RecursionError):
        recipe = None
    if not isinstance(recipe, dict) or not isinstance(recipe.get("model"), str):
        raise PictureError("its pinxit recipe is damaged")
    return recipe

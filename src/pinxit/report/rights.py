"""What may be done with a model's pictures, in careful plain words. It reads notes by their words; it knows no law."""

import re
from collections.abc import Iterator
from typing import Any

from pinxit.report.origin import Data, Origin

NO_ADVICE = (
    "This is no legal advice. It reads the notes above by their words and says what they usually mean; the licence itself "
    "counts, and laws differ from country to country."
)
KINDS = (
    (
        r"\b(by-?nc|nc-(sa|nd)|non-?commercial|not-for-commercial)\b",
        "The note speaks of non-commercial use: do not sell the pictures, or products with them, without asking.",
    ),
    (
        r"\b(nd|no-?deriv\w*)\b",
        "The note allows no changed versions. Whether a trained model is one is not settled: ask before you publish.",
    ),
    (
        r"\b(by-sa|nc-sa|share-?alike|[al]?gpl(v\d)?|gfdl|odbl)\b",
        (
            "The note asks to share alike (as CC BY-SA and the GPL do): what is made from the pictures is passed on under the "
            "same licence. Whether a model and what it paints count as made from them is not settled. The careful way is to "
            "publish both under the same licence, and to name the source."
        ),
    ),
    (
        r"\b(cc-by|by-(sa|nc|nd)|attribution)\b",
        "The note asks to name the authors (as CC BY does): name the source beside the model and the pictures.",
    ),
    (
        r"^mit$|\(mit\)|\bmit-licen[cs]e|\b(bsd|apache|isc|zlib)\b",
        (
            "The note names a permissive licence (such as MIT, BSD or Apache): use and sale are free as long as its notice "
            "stays with what you pass on of the original pictures or the model."
        ),
    ),
    (
        r"\b(cc0|public-domain|unlicense)\b",
        (
            "The note says CC0 or public domain: nobody keeps rights in the pictures. Use and sell what the model paints "
            "freely; naming the source is kind, not required."
        ),
    ),
    (
        r"(?<!not-)\b(my|our)-own\b|\b(own|self-made)-(pictures?|photos?|photographs?|drawings?|work|images?)\b",
        (
            "The note says that the pictures are your own: then use and sale are yours to decide. What others made and your "
            "pictures show (drawings, logos, toys, buildings) stays theirs."
        ),
    ),
    (
        r"all-rights-reserved|copyright|\(c\)|©",
        "The note claims copyright: without the owner's permission to train on the pictures, keep the model to yourself.",
    ),
)
"""(words in a note, what they usually mean), the strictest first."""


def rights(origin: Origin) -> Iterator[str]:
    """Sentences, most important first."""
    yield from of_licence(origin.data, "the training pictures")
    yield from of_consent(origin.data)
    for start in origin.starts:
        name = start.name or "without a name"
        yield f"Training went on from another model ({name}), so the terms of that model and of its pictures count too."
        yield from of_licence(start.data, f"the pictures of {name}")
    for helper in origin.helpers:
        yield (
            f"In training, frozen weights of others judged what was painted: {helper}. They are not inside the model file, so "
            "their licence asks nothing of you when you pass on the model. What they learned from has its own terms "
            "(ImageNet's photographs were collected for research); whether such terms reach what the weights helped to "
            "train is not settled anywhere that we know of."
        )
    if origin.licence:
        yield f"The model itself is published under: {origin.licence}."
    else:
        yield "No licence was chosen for the model itself. To publish it under one: pinxit card … --model-licence NAME."
    yield (
        "In many countries a picture made by a program alone has no copyright: you may sell it, and others may copy it. "
        "Every PNG that pinxit writes says that a model made it; leave that in, some places ask for it."
    )


def of_licence(data: Data, what: str) -> Iterator[str]:
    """What the licence note of some pictures means."""
    if not data.licence:
        yield (
            f"Nobody noted a licence for {what}. If all of them are your own, what the model paints is yours to use and sell. "
            "If not, ask those who made them before you publish or sell anything."
        )
        return
    yield f"Licence noted for {what}: “{data.licence}”."
    found = list(meanings(data.licence))
    yield from found or ["pinxit does not know these terms. Read them, and when they do not speak of training, ask."]


def meanings(note: str) -> Iterator[str]:
    """What the words of a licence note usually mean; nothing for words that are not known."""
    words = re.sub(r"[\s_/:;,.\-]+", "-", note.casefold())
    yield from (meaning for pattern, meaning in KINDS if re.search(pattern, words))


def of_consent(data: Data) -> Iterator[str]:
    """Who agreed."""
    if data.consent:
        yield f"Consent noted: “{data.consent}”."
    else:
        yield (
            "Nobody noted who agreed. If people can be recognised in the training pictures, or somebody else made them, "
            "their consent counts, whatever the licence says."
        )


def hub_licence(note: str | None) -> dict[str, Any]:
    """The licence lines of a Hugging Face model card."""
    if not note:
        return {"license": "unknown"}
    name = re.sub(r"[\s_]+", "-", note.strip().casefold())
    return {"license": name} if name in HUB_LICENCES else {"license": "other", "license_name": note}


HUB_LICENCES = frozenset((
    "apache-2.0", "mit", "openrail", "bigscience-openrail-m", "creativeml-openrail-m", "openrail++", "bsd",
    "bsd-2-clause", "bsd-3-clause", "afl-3.0", "artistic-2.0", "bsl-1.0", "cc", "cc0-1.0", "cc-by-2.0", "cc-by-2.5",
    "cc-by-3.0", "cc-by-4.0", "cc-by-sa-3.0", "cc-by-sa-4.0", "cc-by-nc-2.0", "cc-by-nc-3.0", "cc-by-nc-4.0",
    "cc-by-nd-4.0", "cc-by-nc-nd-3.0", "cc-by-nc-nd-4.0", "cc-by-nc-sa-2.0", "cc-by-nc-sa-3.0", "cc-by-nc-sa-4.0",
    "ecl-2.0", "epl-1.0", "epl-2.0", "eupl-1.1", "eupl-1.2", "agpl-3.0", "gfdl", "gpl", "gpl-2.0", "gpl-3.0", "lgpl",
    "lgpl-2.1", "lgpl-3.0", "isc", "mpl-2.0", "ms-pl", "odbl", "odc-by", "osl-3.0", "postgresql", "unlicense",
    "wtfpl", "zlib", "pddl", "unknown",
))  # fmt: skip
"""The names that Hugging Face knows."""

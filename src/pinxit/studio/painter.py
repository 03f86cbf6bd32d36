"""The warm worker of one model: a process that holds it and paints what it is asked, one wish after the other.

    python -m pinxit.studio.painter MODEL

Wishes come as lines of JSON on standard input; each is answered on standard output by two little-endian 32-bit lengths, a
JSON header and the pixels. It ends when its input does, so that it never outlives the studio.
"""

import json
import os
import struct
import sys
from typing import Any, BinaryIO

LENGTHS = struct.Struct("<II")
SETTLED = 40
"""Wishes after which a person seems to stay with a model, so that measuring what paints it soonest is worth it."""


def answer(model: Any, wish: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
    """Header and content for one wish: "raw" pixels (RGBA, one picture after the other) or one "png"; or another task."""
    from pinxit import api
    from pinxit.studio.tasks import TASKS, how_of

    if wish.get("do") in TASKS:
        return TASKS[wish["do"]](model, wish), b""
    painted = api.paint_mixes(model, wish["mixes"], **how_of(wish))
    recipes = [painting.recipe for painting in painted]
    size = {"width": painted[0].image.width, "height": painted[0].image.height}
    if wish.get("form") == "png":
        return {**size, "recipe": recipes[0]}, painted[0].to_png()
    content = b"".join(painting.image.convert("RGBA").tobytes() for painting in painted)
    told = [{name: recipe[name] for name in ("labels", "text") if recipe.get(name)} for recipe in recipes]
    return {**size, "count": len(painted), "told": told}, content


def serve(model_path: str, wishes: BinaryIO, answers: BinaryIO) -> None:
    """Load, say "ready", and answer until the input ends."""
    from pinxit import api
    from pinxit.errors import PinxitError

    try:
        model = api.quicken(api.load(model_path), measure=False)
        api.paint_mixes(model, [[(0, 1.0)]])  # the first picture is slow: let it be nobody's
        send(answers, {"ready": True, "family": model.family}, b"")
    except PinxitError as error:
        send(answers, {"problem": str(error)}, b"")
        return
    measuring = None
    for count, line in enumerate(wishes, start=1):
        if count == SETTLED:
            measuring = api.begin_measuring(model)
        if measuring is not None and measuring.poll() is not None:
            model, measuring = api.quicken(model, measure=False), None
        wish = json.loads(line)
        try:
            header, content = answer(model, wish)
        except PinxitError as error:
            header, content = {"problem": str(error)}, b""
        except (KeyError, TypeError, ValueError, RuntimeError, MemoryError) as error:
            header, content = {"problem": f"This could not be painted ({type(error).__name__}: {error})."}, b""
        send(answers, header, content)
    if measuring is not None:
        measuring.kill()
        measuring.wait()


def send(answers: BinaryIO, header: dict[str, Any], content: bytes) -> None:
    """One answer, whole."""
    told = json.dumps(header).encode()
    answers.write(LENGTHS.pack(len(told), len(content)) + told + content)
    answers.flush()


if __name__ == "__main__":
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library prints must not get between the answers
    serve(sys.argv[1], sys.stdin.buffer, answers)

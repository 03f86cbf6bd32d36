"""What `import pinxit` hands out for taking a model and its pictures away. Part of the api, imported lazily."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from pinxit.errors import UsageError, did_you_mean

if TYPE_CHECKING:
    import numpy as np

    from pinxit.generation.model import Model

EXPORTS = ("onnx", "web")


def export_model(
    model: str | Path | Model,
    to: str = "onnx",
    out: str | Path | None = None,
    *,
    title: str | None = None,
    seed: int = 0,
    directions: np.ndarray | None = None,
    names: Sequence[str] | None = None,
) -> list[Path]:
    """Take a model away in another form. Returns the files that were written, the one to open first.

    model  a model file, a run folder, the name of a shipped model, or a loaded one
    to     "onnx": one file for other programs and devices (extra `onnx`), compared with torch before it is written; of a
           family with styles (stylegan) also its two halves, NAME-map.onnx and NAME-synthesis.onnx.
           "web": a folder with a page that paints in any browser, without a network (extra `onnx` to make it)
    out    where to; without, NAME.onnx, or the folder NAME-web, in the current one
    title, seed, directions, names
           of a page: its heading, the first picture, and what its sliders do, (K, length) numbers, in W for a family with
           styles, else in latents, and what they are called; without, six directions that vary most
    Raises UsageError for what a model cannot become, MissingExtra without the packages.
    """
    from pinxit.generation.model import open_model

    if to not in EXPORTS:
        raise UsageError(f"A model cannot be taken away as '{to}'.{did_you_mean(to, EXPORTS)}")
    painter = open_model(model)
    if to == "web":
        from pinxit.export.web_page import export_web_page

        folder = Path(out) if out is not None else Path(f"{name_of(painter)}-web")
        how = {"directions": directions, "names": names, "seed": seed}
        return [export_web_page(painter, folder, title=title or name_of(painter), **how)]
    from pinxit.export.onnx import export_onnx

    return export_onnx(painter, Path(out) if out is not None else Path(f"{name_of(painter)}.onnx"))


def name_of(model: Model) -> str:
    """What a model is called: as its file, or as its run where the file is only called "model"."""
    path = model.path.resolve()
    return path.parent.name if path.stem == "model" else path.stem

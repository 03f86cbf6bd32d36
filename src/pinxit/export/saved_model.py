"""A model as a TensorFlow SavedModel: a folder that TensorFlow paints from without pinxit, compared with torch beforehand.

Inputs and output are those of `export.onnx`, but pictures are (N, H, W, C).
"""

import errno
import os
import secrets
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import torch

from pinxit.errors import PinxitError, UsageError
from pinxit.export.onnx import CHECKED_BATCHES, Graph, columns_of, graphs_of, metadata, random_inputs
from pinxit.families.catalog import find_family
from pinxit.generation.keras_side import load_keras_generator
from pinxit.generation.model import Model
from pinxit.images.writing import cannot_write

TOLERANCE = 2e-3
"""Largest difference from torch, in a range of 2, that a folder is written with: what holds between both frameworks."""
GRAPH = "saved_model.pb"
ABOUT = "assets.extra/pinxit.json"
"""What the model says of itself. TensorFlow leaves that folder to whoever writes a SavedModel."""


def export_saved_model(model: Model, folder: Path) -> Path:
    """Write a model as the SavedModel `folder`, which is returned. An older one of pinxit's is replaced, all else left alone.

    It is first written aside, read back, and run on random latents, labels and truncations in several batches. Raises
    UsageError for a model that is there in PyTorch only, MissingExtra without TensorFlow, PinxitError where the two disagree.
    """
    check_place(folder)
    network = in_keras(model)
    graph = graphs_of(model)[0]
    aside = folder.with_name(f".{folder.name[:40]}.{os.getpid()}-{secrets.token_hex(4)}.tmp")
    from pinxit.keras_training.backend import tf

    try:
        (aside / ABOUT).parent.mkdir(parents=True)
        (aside / ABOUT).write_text(metadata(model, graph)["pinxit"], encoding="utf-8")
        save(model, network, aside)
        difference = largest_difference(model, graph, aside)
        if not difference <= TOLERANCE:  # also where it is no number
            raise PinxitError(
                f"TensorFlow paints other pictures than torch with this model (they differ by {difference:.2g} in a range of "
                f"2, and {TOLERANCE:g} is allowed). Nothing was written. Please report this, with the model's family and "
                "settings."
            )
        if folder.exists():
            shutil.rmtree(folder)
        aside.rename(folder)
    except OSError as problem:
        raise cannot_write(folder / GRAPH, problem) from None
    except tf.errors.OpError as problem:  # how TensorFlow tells of a disk
        raise cannot_write(folder / GRAPH, OSError(errno.EIO, problem.message)) from None
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return folder


def check_place(folder: Path) -> None:
    """Raise UsageError unless `folder` is new, empty, or an older export: nothing else is written over."""
    ours = folder.is_dir() and (not any(folder.iterdir()) or (folder / ABOUT).is_file())
    if folder.exists() and not ours:
        raise UsageError(
            f"{folder} holds other things than a SavedModel of pinxit. Choose another --out; nothing was written."
        )


def in_keras(model: Model) -> Any:
    """The generator of a model in Keras. Raises UsageError, MissingExtra."""
    if model.in_keras:
        return model.in_keras.network
    family = find_family(model.family)
    if family.keras is None:
        raise UsageError(
            f"The family {model.family} is there in PyTorch only, so there is no SavedModel of it. Try --to onnx."
        )
    arrays = {name: value.numpy(force=True) for name, value in model.generator.state_dict().items()}
    return load_keras_generator(family, model.settings, model.canvas, arrays, model.path).network


def save(model: Model, network: Any, folder: Path) -> None:
    """Write the graph and the weights of a generator in Keras."""
    from pinxit.keras_training.backend import tf

    def painted(latents: Any, labels: Any, truncation: Any) -> dict[str, Any]:
        if model.has_styles:
            return {"pictures": network(latents, labels, truncation)}
        return {"pictures": network(latents * truncation, labels)}

    def unlabelled(latents: Any, truncation: Any) -> dict[str, Any]:
        return painted(latents, tf.zeros((tf.shape(latents)[0], 0), tf.int64), truncation)

    columns = columns_of(model)
    latents = tf.TensorSpec((None, model.latents), tf.float32, "latents")
    labels = [tf.TensorSpec((None, columns), tf.int64, "labels")] if columns else []
    signature = [latents, *labels, tf.TensorSpec((), tf.float32, "truncation")]
    holder: Any = tf.Module()
    holder.weights = [variable.value for variable in network.variables]
    holder.paint = tf.function(painted if columns else unlabelled, input_signature=signature, autograph=False)
    tf.saved_model.save(holder, str(folder), signatures={"serving_default": holder.paint})


def largest_difference(model: Model, graph: Graph, folder: Path) -> float:
    """Between a SavedModel that lies in `folder` and torch, over batches of random inputs; in a range of 2."""
    from pinxit.keras_training.backend import tf

    loaded = tf.saved_model.load(str(folder))
    paint: Any = loaded.signatures["serving_default"]
    worst = 0.0
    for number, count in enumerate(CHECKED_BATCHES):
        inputs = random_inputs(model, graph, count, number)
        found = paint(**{name: tf.constant(values) for name, values in inputs.items()})["pictures"].numpy()
        with torch.no_grad():
            wanted = graph.network(*map(torch.from_numpy, inputs.values())).numpy()
        worst = float(np.maximum(worst, np.abs(found.transpose(0, 3, 1, 2) - wanted).max()))  # a NaN stays one
    return worst

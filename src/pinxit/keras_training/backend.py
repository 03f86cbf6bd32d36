"""TensorFlow and Keras, imported quietly. Every file of the Keras side takes both from here."""

import os
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

from pinxit.errors import MissingExtra, UsageError

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # its start-up chatter; errors still come as exceptions
if "keras" not in sys.modules:
    os.environ["KERAS_BACKEND"] = "tensorflow"


@contextmanager
def hushed() -> Iterator[None]:
    """Without the standard error stream: some of the libraries' first lines ask no setting whether they are wanted."""
    sys.stderr.flush()
    kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


try:
    with warnings.catch_warnings(), hushed():
        warnings.simplefilter("ignore")  # of things inside these packages that do not concern us
        import keras
        import tensorflow as tf
except ModuleNotFoundError:
    raise MissingExtra("Training and painting with TensorFlow", "tensorflow") from None

if keras.backend.backend() != "tensorflow":
    raise UsageError(
        f"Keras is already in use here with its {keras.backend.backend()} backend. pinxit needs it with TensorFlow: import "
        "pinxit first, or set KERAS_BACKEND=tensorflow before Python starts."
    )

tf.get_logger().setLevel("ERROR")

__all__ = ["keras", "tf", "versions"]


def versions() -> dict[str, str]:
    """What is installed, for `environment.json`."""
    return {"tensorflow": tf.__version__, "keras": keras.__version__}

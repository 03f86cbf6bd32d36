"""Do painted peeps show the labels they were asked for? Read twice: by features as in training, and by pixels alone.

    python -m bench.agreement peeps-labels            into results/agreement.json
    python -m bench.agreement RUN --name NAME

Readers are logistic regressions, learned from real training pictures. Training asks for labels by EfficientNet-Lite0's
features, so the reader of pixels (48 x 48, over white) is the judge without an interest. Labels are those of held-back
pictures.
"""

import argparse
import json

import torch
import torch.nn.functional as F
from torch import Tensor

import pinxit
from bench.measure import RESULTS, write
from pinxit.data.pack import pack
from pinxit.data.packed import Packed
from pinxit.generation.measuring import classes_of, paint_afresh
from pinxit.scoring.classifier import balanced_accuracy, train_reader
from pinxit.scoring.scores import in_batches
from pinxit.scoring.stream import FeatureSpace, describe, reading_space

COUNT, SIDE = 2000, 48


def pixels() -> FeatureSpace:
    """Pictures over white as a reader without features sees them."""

    def shrink(pictures: Tensor) -> Tensor:
        return F.interpolate(pictures, (SIDE, SIDE), mode="bilinear", align_corners=False, antialias=True)

    return FeatureSpace("pixels", lambda seen: seen.flatten(1), torch.device("cpu"), shrink, over=(1.0,))


def agreement(packed: Packed, columns: tuple[str, ...], model: pinxit.Model, space: FeatureSpace) -> dict[str, dict]:
    """For each column the balanced accuracy of painted pictures, and of held-back real ones."""
    held, train = packed.reporting, packed.train
    painted = paint_afresh(model, COUNT, [], classes_of(model.canvas, packed, held))
    of_train, of_held = (describe(in_batches(packed, rows), space) for rows in (train, held))
    of_painted, found = describe(painted.batches, space), {}
    for place, column in enumerate(columns):
        labels = torch.from_numpy(packed.labels[column])
        reader = train_reader(of_train, labels[train], len(packed.classes[column]))
        wanted = torch.from_numpy(painted.classes[:, place])
        found[column] = {
            "painted": balanced_accuracy(reader.read(of_painted), wanted),
            "real": balanced_accuracy(reader.read(of_held), labels[held]),
        }
    return found


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.agreement")
    parser.add_argument("model")
    parser.add_argument("--name", help="what to call it; default: the model's")
    asked = parser.parse_args()
    model = pinxit.load(asked.model)
    columns = tuple(model.canvas.classes)
    size = (model.canvas.width, model.canvas.height)
    packed = pack("peeps", size=size, alpha=model.canvas.channels == 4, labels=columns)
    figures = {}
    for name, space in (("EfficientNet-Lite0 by fields", reading_space()), ("pixels", pixels())):
        figures[name] = agreement(packed, columns, model, space)
        for column, row in figures[name].items():
            print(f"{name:30s} {column:12s} painted {row['painted']:.3f}  real {row['real']:.3f}", flush=True)
    file = RESULTS / "agreement.json"
    rows = json.loads(file.read_text("utf-8"))["models"] if file.exists() else {}
    write("agreement", {"painted": COUNT, "models": {**rows, asked.name or asked.model: figures}})


if __name__ == "__main__":
    main()

"""Sort pictures by a person's own labels: learned from those that have one, read on all others, with an honest accuracy."""

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

import numpy as np
import torch
from torch import Tensor, nn

from pinxit.data.catalog import resolve
from pinxit.data.metadata import read_file_list
from pinxit.data.picture_folder import PictureSource
from pinxit.errors import DataError, UsageError, counted, did_you_mean
from pinxit.families.catalog import find_family
from pinxit.generation.model import Model, open_model, to_image
from pinxit.images.files import save_png
from pinxit.images.sheets import contact_sheet
from pinxit.images.writing import write_atomically
from pinxit.networks.dice import Dice
from pinxit.runs.model_file import read_model
from pinxit.scoring.classifier import balanced_accuracy, train_reader
from pinxit.scoring.collection import collect
from pinxit.scoring.stream import default_space
from pinxit.training.device import check_torch, choose_device
from pinxit.training.starting import begin_from

FOLDS, FEWEST_OF_A_CLASS = 5, 5
ON_A_SHEET = 64
UNSURE = 0.6
"""Pictures whose label is read with less certainty than this are shown together, to be looked at by a person."""


@dataclass(frozen=True)
class Sorted:
    """What came of it.

    names, column, classes   the pictures, the label column, its classes
    given                    (N,) int64, the class a person gave; -1 where none
    read, certainty          (N,) the class read (the given one where there is one) and how sure: 0 to 1
    accuracy                 kind of features -> balanced accuracy on pictures that the reader did not learn from
    used                     the kind of features that read best, and was used
    """

    names: list[str]
    column: str
    classes: list[str]
    given: np.ndarray
    read: np.ndarray
    certainty: np.ndarray
    accuracy: dict[str, float]
    used: str
    pictures: Callable[[list[int]], np.ndarray]

    def lines(self) -> list[str]:
        """What a person should know."""
        known = int((self.given >= 0).sum())
        told = [f"{known} of {len(self.names)} pictures have a {self.column}: {', '.join(self.classes)}."]
        chance = 1 / len(self.classes)
        for kind, share in self.accuracy.items():
            best = " (used)" if kind == self.used else ""
            told.append(f"{100 * share:5.1f} % read rightly by {kind}{best}")
        told.append(
            f"Measured on labelled pictures that were not learned from, every class counting the same; guessing would give "
            f"{100 * chance:.1f} %."
        )
        unsure = int(((self.given < 0) & (self.certainty < UNSURE)).sum())
        if unsure:
            told.append(
                f"Read with less than {100 * UNSURE:.0f} % certainty: {counted(unsure, 'picture')}, see unsure.png."
            )
        return told

    def save(self, folder: Path | str) -> list[Path]:
        """Write labels.csv (a file list that `pinxit train` reads), a sheet of each class and unsure.png."""
        folder = Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        table = io.StringIO()
        rows = csv.writer(table, lineterminator="\n")
        rows.writerow(["file_name", self.column, "certainty", "given_by"])
        for place, name in enumerate(self.names):
            person = "a person" if self.given[place] >= 0 else "pinxit sort"
            rows.writerow([name, self.classes[self.read[place]], f"{self.certainty[place]:.3f}", person])
        files = [folder / "labels.csv"]
        write_atomically(files[0], table.getvalue().encode())
        fresh = self.given < 0
        for number, name in enumerate(self.classes):
            rows_of = np.flatnonzero(fresh & (self.read == number))
            files += self.sheet(folder / f"{plain(name)}.png", rows_of[np.argsort(-self.certainty[rows_of])])
        rows_of = np.flatnonzero(fresh & (self.certainty < UNSURE))
        return files + self.sheet(folder / "unsure.png", rows_of[np.argsort(self.certainty[rows_of])], told=True)

    def sheet(self, path: Path, rows: np.ndarray, *, told: bool = False) -> list[Path]:
        """The first of these pictures; nothing where there are none."""
        if not len(rows):
            return []
        rows = rows[:ON_A_SHEET]
        captions = [f"{self.classes[self.read[row]]}? {self.certainty[row]:.2f}" for row in rows] if told else None
        shown = [to_image(picture) for picture in self.pictures(rows.tolist())]
        save_png(contact_sheet(shown, captions=captions), path)
        return [path]


def sort(
    pictures: str | Path, labels: Path | None, column: str | None, model: str | Path | Model | None, device: str
) -> Sorted:
    """See `pinxit.sort`."""
    check_torch()
    source = resolve(pictures)
    if labels is not None:
        source = with_labels(source, labels)
    column = column_of(source, column)
    collection = collect(replace(source, pictures=[replace(picture, labels={}) for picture in source.pictures]))
    told = {picture.name: picture.labels.get(column) for picture in source.pictures}
    values = [told[name] for name in collection.names]
    classes = sorted({value for value in values if value is not None})
    given = np.array([-1 if value is None else classes.index(value) for value in values])
    check_classes(classes, given, column)
    kinds: dict[str, Tensor] = {
        "EfficientNet-Lite0": collection.described(default_space(choose_device(device))),
        "their pixels": collection.pixels(),
    }
    if model is not None:
        kinds |= by_critic(open_model(model), source, collection.names)
    known = torch.from_numpy(given)
    accuracy = {kind: held_back_accuracy(features, known, len(classes)) for kind, features in kinds.items()}
    used = max(accuracy, key=lambda kind: accuracy[kind])
    shares = train_reader(kinds[used], known, len(classes)).shares(kinds[used]).numpy()
    read = np.where(given >= 0, given, shares.argmax(axis=1))
    certainty = np.where(given >= 0, 1.0, shares.max(axis=1))
    return Sorted(collection.names, column, classes, given, read, certainty, accuracy, used, collection.packed.pictures)


def with_labels(source: PictureSource, labels: Path) -> PictureSource:
    """The source with the labels of a file list, by name inside the collection or by file name alone."""
    try:
        content = labels.read_bytes()
    except OSError as error:
        raise DataError(f"The labels {labels} cannot be read: {error.strerror}.") from None
    rows = {PurePosixPath(row.file_name): row.labels for row in read_file_list(content, labels.name).rows}
    by_name = {path.name: told for path, told in rows.items()}
    pictures, found = [], 0
    for picture in source.pictures:
        told = rows.get(PurePosixPath(picture.name), by_name.get(PurePosixPath(picture.name).name))
        found += told is not None
        pictures.append(replace(picture, labels={**picture.labels, **(told or {})}))
    if not found:
        raise DataError(
            f"None of the {len(rows)} files that {labels} names is among the pictures. It should have a column file_name "
            f"with names such as {source.pictures[0].name if source.pictures else 'head.png'}."
        )
    return replace(source, pictures=pictures)


def column_of(source: PictureSource, column: str | None) -> str:
    """The label column to sort by. Raises UsageError where it is not there, or there are several and none was named."""
    known = source.columns
    if column is not None and column not in known:
        raise UsageError(f"There is no label column '{column}'.{did_you_mean(column, known)}")
    if column is None and len(known) != 1:
        raise UsageError(
            f"Which labels? Name one of these columns: --column {' | '.join(known)}."
            if known
            else "No picture has a label. Give some in a CSV file with the columns file_name and, for example, kind: "
            "--labels labels.csv; or put some into sub-folders."
        )
    return column or known[0]


def check_classes(classes: Sequence[str], given: np.ndarray, column: str) -> None:
    """Raise DataError when there is too little to learn from."""
    if len(classes) < 2:
        raise DataError(f"All labelled pictures have the same {column}. Label some of another kind too.")
    counts = np.bincount(given[given >= 0], minlength=len(classes))
    few = [f"{name} ({count})" for name, count in zip(classes, counts, strict=True) if count < FEWEST_OF_A_CLASS]
    if few:
        raise DataError(
            f"At least {FEWEST_OF_A_CLASS} labelled pictures of each {column} are needed, to learn and to check; too few "
            f"have: {', '.join(few)}."
        )


def held_back_accuracy(features: Tensor, given: Tensor, classes: int) -> float:
    """Balanced accuracy over all labelled pictures, each read by a reader that learned from the other four fifths."""
    rows = torch.nonzero(given >= 0).flatten()
    order = rows[torch.from_numpy(np.random.RandomState(0).permutation(len(rows)))]
    order = order[given[order].argsort(stable=True)]  # class by class, so that every fold has its share of each
    read = torch.full_like(given, -1)
    for fold in range(FOLDS):
        held = order[fold::FOLDS]
        learned = given.clone()
        learned[held] = -1
        read[held] = train_reader(features, learned, classes).read(features[held])
    accuracy = balanced_accuracy(read[rows], given[rows])
    assert accuracy is not None
    return accuracy


def by_critic(model: Model, source: PictureSource, names: Sequence[str]) -> Mapping[str, Tensor]:
    """What the critic in a model file sees in the pictures, in the order of `names`. Raises UsageError without a critic."""
    critic = critic_of(model)
    unlabelled = replace(source, pictures=[replace(picture, labels={}) for picture in source.pictures])
    canvas = model.canvas
    collection = collect(unlabelled, (canvas.width, canvas.height), canvas.channels)
    if collection.packed.channels != canvas.channels:
        raise UsageError(
            f"The critic of {model.path} was trained on pictures with {canvas.channels} channels; these have "
            f"{collection.packed.channels}. Leave --model away."
        )
    features = collection.seen_by(critic, len(canvas.classes))
    places = {name: place for place, name in enumerate(collection.names)}
    missing = [name for name in names if name not in places]
    if missing:
        raise DataError(f"{missing[0]} is too small for {canvas.width}x{canvas.height} pixels, the size of the model.")
    return {f"the critic of {model.path.stem}": features[[places[name] for name in names]]}


def critic_of(model: Model) -> nn.Module:
    """The trained network that looks at pixels. Raises UsageError where the file holds none."""
    stored = read_model(model.path).tensors
    recipe = find_family(model.family).load_recipe()(model.settings, model.canvas, Dice(0))
    parts = [name for name, part in recipe.parts.items() if part is recipe.seeing]
    if not parts or not any(name.startswith(f"{parts[0]}.") for name in stored):
        raise UsageError(f"{model.path} holds no critic to look with. Give the model of a run, or leave --model away.")
    begin_from(recipe, stored, model.path.name)
    return recipe.seeing.eval().requires_grad_(False)


def plain(name: str) -> str:
    """A class as a file name."""
    return "".join(letter if letter.isalnum() or letter in "-_ " else "-" for letter in name).strip()[:60] or "class"

"""The reader of labels."""

import torch

from pinxit.scoring.classifier import balanced_accuracy, train_reader


def pictures(count: int, seed: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Three classes, the last one rare, shifted along one axis each."""
    dice = torch.Generator().manual_seed(seed)
    labels = torch.multinomial(torch.tensor([0.6, 0.35, 0.05]), count, replacement=True, generator=dice)
    return torch.randn(count, 10, generator=dice) + 3 * torch.eye(10)[labels], labels


def test_the_reader_reads_what_it_has_not_seen() -> None:
    reader = train_reader(*pictures(1000, 0), classes=3)
    unseen, labels = pictures(1000, 1)
    assert (balanced_accuracy(reader.read(unseen), labels) or 0) > 0.85


def test_missing_labels_and_an_empty_class_do_no_harm() -> None:
    features, labels = pictures(300, 0)
    labels[::3] = -1
    reader = train_reader(features, labels, classes=5)
    assert set(reader.read(features).tolist()) <= {0, 1, 2}


def test_accuracy_is_balanced() -> None:
    labels = torch.tensor([0] * 98 + [1] * 2)
    assert balanced_accuracy(torch.zeros(100, dtype=torch.int64), labels) == 0.5
    assert balanced_accuracy(labels, torch.where(labels == 1, -1, labels)) == 1
    assert balanced_accuracy(labels, torch.full_like(labels, -1)) is None

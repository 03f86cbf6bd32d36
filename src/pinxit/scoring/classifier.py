"""A reader of labels on frozen features: says whether painted pictures show the label they were asked for."""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

STEPS = 200
DECAY = 1e-3
STILL = 0.25
"""What varies less than this share of the usual is not blown up to vary as much: where real pictures are all alike, the last
bit of a painted one would decide."""


@dataclass(frozen=True)
class Reader:
    """Reads one label column. Weights (classes, D) and (classes,) on features that are shifted and scaled first."""

    shift: Tensor
    scale: Tensor
    weights: Tensor
    bias: Tensor

    def read(self, features: Tensor) -> Tensor:
        """(N, D) -> (N,) int64, the class each most looks like."""
        return self.shares(features).argmax(dim=1)

    def shares(self, features: Tensor) -> Tensor:
        """(N, D) -> (N, classes), how likely each class is; they sum to 1."""
        return F.linear((features - self.shift) / self.scale, self.weights, self.bias).softmax(dim=1)


def train_reader(features: Tensor, labels: Tensor, classes: int) -> Reader:
    """Logistic regression of labels (N,), -1 where missing, on features (N, D); every class weighs the same."""
    known = labels >= 0
    features, labels = features[known].float(), labels[known]
    shift, spread = features.mean(dim=0), features.std(dim=0, correction=0)
    scale = spread.clamp_min(max(STILL * float(spread.mean()), 1e-6))
    inputs = (features - shift) / scale
    counts = torch.bincount(labels, minlength=classes).clamp_min(1)
    balance = len(labels) / (classes * counts.float())
    weights = torch.zeros(classes, inputs.shape[1], requires_grad=True)
    bias = torch.zeros(classes, requires_grad=True)
    optimizer = torch.optim.LBFGS([weights, bias], max_iter=STEPS, line_search_fn="strong_wolfe")

    def loss() -> Tensor:
        optimizer.zero_grad()
        value = F.cross_entropy(F.linear(inputs, weights, bias), labels, weight=balance)
        value = value + DECAY * weights.square().sum()
        value.backward()
        return value

    optimizer.step(loss)
    return Reader(shift, scale, weights.detach(), bias.detach())


def balanced_accuracy(read: Tensor, labels: Tensor) -> float | None:
    """The mean over classes of the share read rightly, so that a common class counts no more than a rare one.

    read, labels (N,) int64; -1 in `labels` is left out. None when there is no label at all.
    """
    shares = [float((read[labels == name] == name).double().mean()) for name in labels.unique().tolist() if name >= 0]
    return sum(shares) / len(shares) if shares else None

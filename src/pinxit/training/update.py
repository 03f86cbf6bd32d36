"""The one way a step is taken: forward and backward in parts, share gradients, check they are finite, step.

One autocast context per part of an update: weights are cast once and the cache is dropped afterwards. Losses must come
back in float32.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import torch
from torch import Tensor
from torch.optim import Optimizer

from pinxit.errors import is_out_of_memory
from pinxit.training.checkup import NotFinite as NotFinite
from pinxit.training.recipe import Batch, LossFunction


class Update:
    """`accumulate`: parts of a batch; `bf16`: autocast on `device`; `share`: averages a tensor over all processes."""

    def __init__(
        self,
        device: torch.device | str = "cpu",
        *,
        bf16: bool = False,
        accumulate: int = 1,
        share: Callable[[Tensor], Tensor] | None = None,
    ):
        self.device = torch.device(device)
        self.bf16 = bf16
        self.accumulate = accumulate
        self.share = share
        self.caution = 1.0
        """Every step is this share of what the optimizer would take; halved each time training had to go back."""

    def shared(self, value: Tensor) -> Tensor:
        """The mean of `value` over all processes, for what networks learn without a gradient."""
        return value if self.share is None else self.share(value)

    def __call__(self, optimizer: Optimizer, loss_function: LossFunction, batch: Batch) -> dict[str, Tensor]:
        """Step `optimizer` once. Returns what the loss function reported, averaged over parts, detached.

        Where memory does not do, the step is taken anew in twice as many parts, and all later ones too (`accumulate` says so).
        Raises NotFinite before the optimizer changes anything when a loss or a gradient is not a finite number.
        """
        parameters = [weight for group in optimizer.param_groups for weight in group["params"]]
        while (reported := self.descend(optimizer, parameters, loss_function, batch)) is None:
            self.accumulate *= 2  # here, not where it was caught: by now the failed attempt's tensors are gone
        gradients = [parameter.grad for parameter in parameters if parameter.grad is not None]
        if self.share is not None:
            for gradient in gradients:
                gradient.copy_(self.share(gradient))
            reported = {name: self.share(value) for name, value in reported.items()}
        check_finite(gradients, reported)
        with eased(optimizer, self.caution):
            optimizer.step()
        return reported

    def descend(
        self, optimizer: Optimizer, parameters: list[Tensor], loss_function: LossFunction, batch: Batch
    ) -> dict[str, Tensor] | None:
        """Gradients of a batch, part by part; returns what was reported, or None where there was too little memory for it.

        Processes that share a batch cannot split it alone, and fewer than two pictures are no batch: then it raises.
        """
        optimizer.zero_grad(set_to_none=True)
        reported: dict[str, Tensor] = {}
        try:
            for part in batch.parts(self.accumulate):
                weight = len(part) / len(batch)
                with torch.autocast(self.device.type, dtype=torch.bfloat16, enabled=self.bf16):
                    loss, news = loss_function(part)
                # Gradients go to this optimizer's networks only: the other network in the game is left alone.
                wanted = [parameter for parameter in parameters if parameter.requires_grad]
                (loss * weight).backward(inputs=wanted)
                for name, value in news.items():
                    value = value.detach().float() * weight
                    reported[name] = reported[name] + value if name in reported else value
        except (MemoryError, RuntimeError) as error:
            if not is_out_of_memory(error) or self.share is not None or len(batch) < 4 * self.accumulate:
                raise
            return None
        return reported


@contextmanager
def eased(optimizer: Optimizer, share: float) -> Iterator[None]:
    """Learning rates times `share`, for one step: schedules and checkpoints never see it."""
    rates = [group["lr"] for group in optimizer.param_groups]
    for group in optimizer.param_groups:
        group["lr"] = group["lr"] * share
    try:
        yield
    finally:
        for group, rate in zip(optimizer.param_groups, rates, strict=True):
            group["lr"] = rate


def check_finite(gradients: list[Tensor], reported: dict[str, Tensor]) -> None:
    """Raise NotFinite unless every gradient is finite. One reduction and one wait for the device."""
    norms = torch._foreach_norm(gradients)
    if gradients and not torch.stack(norms).sum().isfinite():
        raise NotFinite(reported)

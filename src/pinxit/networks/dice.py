"""The random numbers of a training run: one seeded stream, drawn for the whole batch, each process takes its rows.

Drawn on the CPU so that every device sees the same numbers, and saved with each checkpoint so that resume goes on in the
middle of the stream. Two processes with half the batch each therefore see what one process with the whole batch sees.
"""

import torch
from torch import Tensor


class Dice:
    """`rank` of `world` processes; `device` is where the numbers are needed."""

    def __init__(self, seed: int, *, rank: int = 0, world: int = 1, device: torch.device | str = "cpu"):
        self.generator = torch.Generator().manual_seed(seed)
        self.rank, self.world, self.device = rank, world, torch.device(device)

    def normal(self, count: int, *shape: int) -> Tensor:
        """(count, *shape) standard normal float32. `count` is this process's share."""
        drawn = torch.randn(count * self.world, *shape, generator=self.generator)
        return self._own_rows(drawn, count)

    def uniform(self, count: int, *shape: int) -> Tensor:
        """(count, *shape) uniform in [0, 1) float32."""
        drawn = torch.rand(count * self.world, *shape, generator=self.generator)
        return self._own_rows(drawn, count)

    def integers(self, low: int, high: int, count: int, *shape: int) -> Tensor:
        """(count, *shape) int64, low <= value < high."""
        drawn = torch.randint(low, high, (count * self.world, *shape), generator=self.generator)
        return self._own_rows(drawn, count)

    def _own_rows(self, drawn: Tensor, count: int) -> Tensor:
        own = drawn[self.rank * count : (self.rank + 1) * count]
        return own.to(self.device, non_blocking=True)

    def state(self) -> Tensor:
        """The position in the stream, uint8."""
        return self.generator.get_state()

    def restore(self, state: Tensor) -> None:
        self.generator.set_state(state.cpu())

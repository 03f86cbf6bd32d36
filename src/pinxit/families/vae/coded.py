"""The autoencoder with a book (`vq`): a picture is a grid of codes, and a plain autoencoder learns how such grids look.

Van den Oord et al. 2017, "Neural discrete representation learning", arXiv 1711.00937. Sampling codes needs a prior. The paper
learns a PixelCNN afterwards, which writes one code after the other; here a second, plain autoencoder of code grids is learned
alongside (two stages as in Dai and Wipf 2019, "Diagnosing and enhancing VAE models"), so that a seed is painted in one pass.
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from pinxit.families.contract import Canvas
from pinxit.families.vae.entry import VaeSettings
from pinxit.families.vae.networks import Enlarge, Grow, Posterior, Residual, Shrink
from pinxit.families.vae.prior import Flow
from pinxit.families.vae.shape import DEAD, MEMORY, code_levels, widths
from pinxit.networks.grid import base_grid
from pinxit.networks.layers import Conv, begin_scaled


class Book(nn.Module):
    """`count` codes of `length` numbers, which follow the encodings nearest to them instead of a gradient."""

    vectors: Tensor
    counts: Tensor
    sums: Tensor

    def __init__(self, count: int, length: int):
        super().__init__()
        self.register_buffer("vectors", torch.randn(count, length))
        self.register_buffer("counts", torch.zeros(count))
        self.register_buffer("sums", torch.zeros(count, length))

    def nearest(self, grid: Tensor) -> Tensor:
        """(N, length, h, w) -> (N, h, w) int64: the code nearest to each cell."""
        with torch.autocast(grid.device.type, enabled=False):
            cells = grid.float().permute(0, 2, 3, 1).flatten(0, 2)  # (N h w, length)
            distances = self.vectors.square().sum(dim=1) - 2 * cells @ self.vectors.mT
            return distances.argmin(dim=1).unflatten(0, (len(grid), grid.shape[2], grid.shape[3]))

    def look_up(self, codes: Tensor) -> Tensor:
        """(N, h, w) int64 -> (N, length, h, w)."""
        return F.embedding(codes, self.vectors).permute(0, 3, 1, 2)

    def usage(self, grid: Tensor, codes: Tensor) -> tuple[Tensor, Tensor]:
        """How often each code was used (count,), and the sum of what it was used for (count, length)."""
        cells = grid.detach().float().permute(0, 2, 3, 1).flatten(0, 2)
        used = torch.zeros_like(self.counts).index_add_(0, codes.flatten(), torch.ones_like(cells[:, 0]))
        return used, torch.zeros_like(self.sums).index_add_(0, codes.flatten(), cells)

    @torch.no_grad()
    def learn(self, used: Tensor, sums: Tensor, spare: Tensor) -> None:
        """Follow one step's usage; codes nobody needs begin anew at `spare` (count, length).

        Source: van den Oord et al. 2017, appendix A.1.
        """
        self.counts.lerp_(used, 1 - MEMORY)
        self.sums.lerp_(sums, 1 - MEMORY)
        dead = self.counts < DEAD * used.sum() / len(used)
        self.counts[dead] = used.sum() / len(used)
        self.sums[dead] = spare[dead] * self.counts[dead, None]
        self.vectors.copy_(self.sums / self.counts[:, None])

    def bits(self, codes: Tensor) -> Tensor:
        """(N, h, w) -> (N,): the length of each grid when often used codes are written shorter, without looking around."""
        used = self.counts + 1e-3 * self.counts.mean().clamp_min(1e-6)  # even an unused code can be written
        shares = used / used.sum()
        return -shares.log2()[codes].flatten(1).sum(dim=1)


class CodeEncoder(nn.Module):
    """pictures (N, C, H, W), labels (N, columns) -> a grid (N, code_length, h, w), in which each cell seeks its code."""

    def __init__(self, settings: VaeSettings, canvas: Canvas):
        super().__init__()
        columns, rows, doublings = base_grid(canvas.width, canvas.height)
        levels, further = code_levels(settings, canvas)
        channels = widths(settings.width, doublings)
        self.shrink = Shrink([canvas.channels, *channels[1 : levels + 1]], settings.seamless)
        self.to_codes = nn.Sequential(
            Residual(channels[levels], settings.seamless),
            Conv(channels[levels], settings.code_length, 1),
            nn.BatchNorm2d(settings.code_length, affine=False),  # so that distances to codes have one scale
        )
        # The second autoencoder's half: codes to numbers.
        self.read = Shrink([settings.code_length, *channels[levels + 1 : levels + 1 + further]], settings.seamless)
        last = channels[-1] if further else settings.code_length
        self.head = Posterior(last, rows, columns, settings.latents, canvas.class_counts)

    def forward(self, pictures: Tensor, labels: Tensor) -> Tensor:
        """See the class."""
        return self.to_codes(self.shrink(pictures)).float()

    def posterior(self, written: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
        """A grid of codes as vectors (N, code_length, h, w) -> mean and log variance, each (N, latents)."""
        return self.head(self.read(written), labels)


class CodePainter(nn.Module):
    """The generator: latents (N, latents), labels (N, columns) -> pictures (N, C, H, W) in [-1, 1], float32.

    Each cell gets its likeliest code, given all the numbers.
    """

    def __init__(self, settings: VaeSettings, canvas: Canvas):
        super().__init__()
        self.latents = settings.latents
        columns, rows, doublings = base_grid(canvas.width, canvas.height)
        levels, further = code_levels(settings, canvas)
        channels = widths(settings.width, doublings)[::-1]
        counts, seamless = canvas.class_counts, settings.seamless
        self.flow = Flow(settings.latents, counts) if settings.prior == "flow" else None
        self.book = Book(settings.codes, settings.code_length)
        self.grow = Grow(settings.latents, channels[: further + 1], rows, columns, counts, seamless, thorough=True)
        self.choose = nn.Sequential(
            Residual(channels[further], seamless),
            nn.BatchNorm2d(channels[further]),
            nn.SiLU(),
            Conv(channels[further], settings.codes, 1),
        )
        self.begin = nn.Sequential(
            Conv(settings.code_length, channels[further], 3, seamless=seamless),
            Residual(channels[further], seamless),
            Residual(channels[further], seamless),
        )
        self.enlarge = Enlarge(channels[further:], 0, seamless, thorough=False)
        self.to_picture = Conv(channels[-1], canvas.channels, 3, seamless=seamless)
        begin_scaled(self.to_picture)
        assert levels > 0

    def forward(self, latents: Tensor, labels: Tensor) -> Tensor:
        """See the class."""
        encoded = latents if self.flow is None else self.flow(latents, labels)
        return self.from_codes(self.scores(encoded, labels).argmax(dim=1), labels)

    def scores(self, encoded: Tensor, labels: Tensor) -> Tensor:
        """(N, latents) as the encoder says them -> how likely each code is in each cell: (N, codes, h, w), raw, float32."""
        return self.choose(self.grow(encoded, labels)).float()

    def draw(self, written: Tensor) -> Tensor:
        """A grid of codes as vectors (N, code_length, h, w) -> pictures."""
        return torch.tanh(self.to_picture(self.enlarge(self.begin(written))).float())

    def to_codes(self, encoded: Tensor, labels: Tensor) -> Tensor:
        """What the encoder says -> codes (N, h, w) int64."""
        return self.book.nearest(encoded)

    def from_codes(self, codes: Tensor, labels: Tensor) -> Tensor:
        """Codes (N, h, w) int64 -> pictures."""
        return self.draw(self.book.look_up(codes))

    def bits(self, codes: Tensor) -> Tensor | None:
        """The length of each grid of codes in bits, (N,)."""
        return self.book.bits(codes)

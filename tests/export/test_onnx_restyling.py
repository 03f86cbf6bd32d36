"""A model that paints from pictures, as ONNX: any size, any number, between manners, as torch paints it."""

import json

import numpy as np
import onnxruntime
import pytest
import torch

from pinxit.export import onnx


@pytest.mark.parametrize("seamless", ["no", "both"])
def test_any_size_between_manners(seamless, untrained, tmp_path):
    model = untrained("fast_style", channels=3, style=("wave", "night"), width=8, blocks=1, seamless=seamless)
    path = onnx.export_onnx(model, tmp_path / "two.onnx")[0]
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    for count, high, wide in ((1, 64, 36), (2, 44, 100)):
        pictures = np.random.RandomState(high).uniform(-1, 1, (count, 3, high, wide)).astype(np.float32)
        shares = np.array([[0.25, 0.75]] * count, np.float32)
        found = session.run(None, {"pictures": pictures, "shares": shares})[0]
        with torch.no_grad():
            wanted = model.generator(torch.from_numpy(pictures), torch.from_numpy(shares)).numpy()
        assert found.shape == (count, 3, high, wide)
        assert np.abs(found - wanted).max() < onnx.TOLERANCE
    told = json.loads(session.get_modelmeta().custom_metadata_map["pinxit"])
    assert told["manners"] == ["wave", "night"]
    assert told["cell"] == 4

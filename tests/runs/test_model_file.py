import json
import pickle
import struct

import numpy as np
import pytest
import safetensors.numpy

from pinxit.errors import ModelFileError, PinxitError
from pinxit.runs.model_file import hash_of, read_header, read_model, write_model

TENSORS = {
    "generator.a": np.arange(6, dtype=np.float32).reshape(2, 3),
    "generator.b": np.ones(3, np.float16),
    "generator.c": np.array(7),
}
HEADER = {"family": "dcgan", "seen": 3, "note": "彩"}


@pytest.fixture
def model(tmp_path):
    path = tmp_path / "model.safetensors"
    write_model(path, HEADER, TENSORS)
    return path


def test_what_is_written_comes_back(model):
    file = read_model(model)
    assert file.header["family"] == "dcgan"
    assert file.header["note"] == "彩"
    assert file.sha256 == hash_of(model)
    assert read_header(model) == file.header
    for name, values in TENSORS.items():
        np.testing.assert_array_equal(file.tensors[name], values)
        assert file.tensors[name].dtype == values.dtype


def test_equal_content_gives_equal_bytes(model, tmp_path):
    other = tmp_path / "other.safetensors"
    write_model(other, HEADER, dict(reversed(TENSORS.items())))
    assert other.read_bytes() == model.read_bytes()


class Trap:
    def __init__(self, marker):
        self.marker = marker

    def __reduce__(self):
        return (open, (str(self.marker), "w"))


@pytest.mark.parametrize("name", ["m.pt", "m.safetensors", "m.SafeTensors", "m.pkl"])
def test_a_pickle_is_refused_unopened(tmp_path, name):
    marker = tmp_path / "marker"
    path = tmp_path / name
    path.write_bytes(pickle.dumps(Trap(marker)))
    for read in (read_model, read_header):
        with pytest.raises(ModelFileError, match="not a safetensors file"):
            read(path)
    assert not marker.exists()


@pytest.mark.parametrize("share", [0.0, 0.001, 0.3, 0.9, 0.999])
def test_a_file_cut_short_is_refused(model, share):
    content = model.read_bytes()
    model.write_bytes(content[: int(len(content) * share)])
    with pytest.raises(ModelFileError):
        read_model(model)


def rewrite_header(path, change):
    content = path.read_bytes()
    length = struct.unpack("<Q", content[:8])[0]
    text = change(content[8 : 8 + length])
    path.write_bytes(struct.pack("<Q", len(text)) + text + content[8 + length :])


def changed_json(change):
    def apply(text):
        stored = json.loads(text)
        change(stored)
        return json.dumps(stored).encode()

    return apply


HOSTILE = {
    "overflowing shape": changed_json(lambda stored: stored["generator.a"].update(shape=[2**40, 2**40])),
    "negative shape": changed_json(lambda stored: stored["generator.a"].update(shape=[-2, -3])),
    "hole": changed_json(lambda stored: stored["generator.a"].update(data_offsets=[4, 24])),
    "overlap": changed_json(lambda stored: stored["generator.b"].update(data_offsets=[0, 6])),
    "unknown kind": changed_json(lambda stored: stored["generator.a"].update(dtype="F99")),
    "no header of ours": changed_json(lambda stored: stored.update(__metadata__={"format": "pt"})),
    "header not JSON": changed_json(lambda stored: stored.update(__metadata__={"pinxit": "{"})),
    "header of a later format": changed_json(lambda stored: stored.update(__metadata__={"pinxit": '{"format": 99}'})),
    "header a list": changed_json(lambda stored: stored.update(__metadata__={"pinxit": "[]"})),
    "twice the same name": lambda text: text[:-1] + b',"generator.a":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}}',
    "deep nesting": lambda text: b"{" + b'"a":[' * 5000 + b"]" * 5000 + b"}",
}


@pytest.mark.parametrize("change", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_headers_are_refused(model, change):
    rewrite_header(model, change)
    with pytest.raises(ModelFileError):
        read_model(model)


def test_trailing_bytes_are_refused(model):
    model.write_bytes(model.read_bytes() + b"more")
    with pytest.raises(ModelFileError):
        read_model(model)


def test_an_endless_header_is_refused(tmp_path):
    path = tmp_path / "m.safetensors"
    path.write_bytes(struct.pack("<Q", 2**60) + b"{}")
    with pytest.raises(ModelFileError):
        read_model(path)


def test_weights_that_are_no_numbers_are_refused_by_name(tmp_path):
    path = tmp_path / "m.safetensors"
    write_model(path, HEADER, {"generator.bad": np.array([1.0, np.nan], np.float32)})
    with pytest.raises(ModelFileError, match=r"generator\.bad"):
        read_model(path)


def test_a_file_of_another_program_is_told_apart(tmp_path):
    path = tmp_path / "m.safetensors"
    safetensors.numpy.save_file({"a": np.zeros(2, np.float32)}, path)
    with pytest.raises(ModelFileError, match="another program"):
        read_model(path)


def test_a_missing_file_and_a_missing_folder(tmp_path):
    with pytest.raises(ModelFileError, match="cannot be read"):
        read_model(tmp_path / "none.safetensors")
    with pytest.raises(PinxitError, match="no folder"):
        write_model(tmp_path / "none" / "m.safetensors", HEADER, TENSORS)

"""What `import pinxit` hands out, and what no file of ours may contain."""

import inspect
import re
import subprocess
import sys
from pathlib import Path

import pytest

import pinxit
from pinxit.errors import UsageError, is_out_of_memory
from pinxit.training.device import check_torch

SOURCE = Path(pinxit.__file__).parent


@pytest.mark.parametrize("name", pinxit.__all__)
def test_every_public_name_is_there_and_documented(name):
    thing = getattr(pinxit, name)
    assert inspect.getdoc(thing)
    if inspect.isfunction(thing):
        hints = inspect.signature(thing)
        assert hints.return_annotation is not inspect.Signature.empty


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'trian'"):
        _ = pinxit.trian
    assert set(pinxit.__all__) <= set(dir(pinxit))


def test_importing_costs_nothing():
    code = "import sys, pinxit; print(sorted({'torch', 'numpy', 'PIL', 'pydantic', 'rich'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def sources():
    return {path.relative_to(SOURCE).as_posix(): path.read_text(encoding="utf-8") for path in SOURCE.rglob("*.py")}


def test_a_pickle_is_read_in_one_place_of_each_framework_by_hash_and_tables_only():
    calls = {name: re.findall(r"(?<!safetensors\.)torch\.load\(.*", text) for name, text in sources().items()}
    found = {name: call for name, call in calls.items() if call}
    assert list(found) == ["networks/published.py"]
    assert len(found["networks/published.py"]) == 1
    assert "weights_only=True" in found["networks/published.py"][0]
    theirs = sources()["keras_training/published.py"]
    assert theirs.index("hashlib.sha256(content)") < theirs.index("Names(file).load()")
    assert theirs.count("pickle.") == 2  # its opener, which knows four names, and what it raises at any other
    assert "def find_class" in theirs
    for name, text in sources().items():
        if name == "keras_training/published.py":
            continue
        assert not re.search(
            r"\bimport (pickle|shelve|marshal|dill|joblib)\b|allow_pickle=True|(?<!safetensors\.)torch\.save\(", text
        ), name


def test_no_framework_stands_in_the_way_of_a_quick_start():
    for name, text in sources().items():
        assert "torchvision" not in text, name


@pytest.mark.parametrize("version", ["2.10.0", "1.13.1+cpu", "2.9.9"])
def test_an_older_torch_is_refused(version):
    with pytest.raises(UsageError, match=r"2\.11 or newer"):
        check_torch(version)
    check_torch("2.11.0+cu130")
    check_torch("2.13.0")
    check_torch("3.0")


def test_full_memory_is_told_apart_from_defects():
    assert is_out_of_memory(MemoryError())
    assert is_out_of_memory(RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory: you tried"))
    assert not is_out_of_memory(RuntimeError("shape mismatch"))

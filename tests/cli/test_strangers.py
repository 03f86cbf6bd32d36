"""What strangers do: odd names, two windows, moved folders, lost caches, damaged files, closed pipes, no network."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from pinxit.cli.commands import main
from pinxit.errors import pasteable, visible
from pinxit.images.files import read_text
from pinxit.runs.claim import claimed
from pinxit.runs.run_folder import RunFolder

TINY = [
    "--family=dcgan",
    "--size=32",
    "--batch=8",
    "--set=width=8",
    "--set=critic_width=8",
    "--threads=1",
    "--no-report",
]


def train(pictures: Path, run: Path, *words: str) -> int:
    return main(["train", str(pictures), *TINY, "--seen=32", *words, "--out", str(run)])


def draw_shape(number: int) -> Image.Image:
    """A disc on nothing, different for every number."""
    picture = Image.new("RGBA", (40, 40), (0, 0, 0, 0))
    ImageDraw.Draw(picture).ellipse((5, 5, 15 + number % 20, 30), fill=(number * 7 % 256, 80, 120, 255))
    return picture


@pytest.fixture(scope="module")
def trained(shapes, tmp_path_factory) -> Path:
    run = tmp_path_factory.mktemp("trained") / "run"
    assert train(shapes, run, "--label=folder") == 0
    return run


@pytest.fixture
def run(trained, tmp_path) -> Path:
    """A copy to spoil, in another place than where it was trained."""
    return Path(shutil.copytree(trained, tmp_path / "moved run"))


def test_names_that_steer_a_terminal_are_spelled_out(tmp_path, capsys):
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    for number, name in enumerate(["a\x1b[31m.png", "\u202egnp.exe.png", "[bold]b[nope].png", "-rf.png", "c\nd.png"]):
        draw_shape(number).save(pictures / name) if number else (pictures / name).write_bytes(b"")
    assert main(["data", "check", str(pictures), "--no-report"]) == 0
    said = capsys.readouterr().out
    assert "a\\u001b[31m.png: the file is empty" in said
    assert all(letter.isprintable() for line in said.splitlines() for letter in line)


@pytest.mark.skipif(sys.platform != "linux", reason="only here a file name may be any bytes")
def test_a_name_that_is_no_text_does_no_harm(tmp_path):
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    for number in range(10):
        draw_shape(number).save(pictures / f"{number}.png")
    for name, content in ((b"/caf\xe9.png", (pictures / "1.png").read_bytes()), (b"/\xff.png", b"")):
        Path(os.fsdecode(os.fsencode(pictures) + name)).write_bytes(content)
    run = tmp_path / os.fsdecode(b"r\xe9")
    assert train(pictures, run) == 0
    assert RunFolder(run).read_json(run / "dataset.json")["dropped_count"] == 2
    assert main(["info", str(run)]) == 0
    assert main(["data", "check", str(pictures), "--report", str(tmp_path / "report")]) == 0


def test_paths_can_be_pasted():
    assert pasteable("a") == "a"
    assert pasteable("-rf x") == ('"-rf x"' if sys.platform == "win32" else "'./-rf x'")
    assert visible("图 \u202e\x9b\udce9é🎨") == "图 \\u202e\\u009b\\udce9é🎨"


def test_the_doctor_judges_by_the_size_that_is_asked_for(shapes, capsys):
    assert main(["data", "check", str(shapes), "--size=32", "--no-report"]) == 0
    assert "enlarged" not in capsys.readouterr().out
    assert main(["data", "check", str(shapes), "--size=64", "--no-report"]) == 0
    assert "noted: enlarged: 40" in capsys.readouterr().out
    for size in ("0", "abc", "9999"):
        assert main(["data", "check", str(shapes), "--size", size]) == 2


def test_another_picture_of_the_same_name_is_kept(trained, tmp_path):
    words = ["make", str(trained), "--seeds=5", "--out", str(tmp_path)]
    assert main([*words, "--label=folder=discs"]) == 0
    assert main([*words, "--label=folder=discs"]) == 0
    assert [path.name for path in tmp_path.iterdir()] == ["run-000005.png"]
    assert main([*words, "--label=folder=squares"]) == 0
    kept = {path.name: json.loads(read_text(path)["pinxit"])["labels"]["folder"] for path in tmp_path.iterdir()}
    assert kept == {"run-000005.png": "discs", "run-000005-2.png": "squares"}
    for _ in range(2):
        assert main(["make", str(trained), "-n=4", "--sheet", "--out", str(tmp_path)]) == 0
    assert len(list(tmp_path.glob("*sheet*.png"))) == 1


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--seeds="], "no seed"),
        (["--seeds=9-3"], "backwards"),
        (["--seeds=0-999999,0-9"], "million"),
        (["--device=toaster"], "no device"),
        (["--label=colour=red"], "knows no label"),
        (["--label=folder=disks"], "Did you mean 'discs'"),
        (["--truncation=nan"], "Truncation"),
        (["--batch=0"], "at least one"),
        (["-n=2000", "--sheet"], "at most 1024"),
    ],
)
def test_wishes_that_a_model_cannot_fulfil(trained, words, said, capsys, tmp_path):
    assert main(["make", str(trained), *words, "--out", str(tmp_path / "made")]) == 2
    assert said in capsys.readouterr().err


def test_where_make_again_looks(trained, tmp_path, capsys):
    assert main(["make", str(trained), "--seeds=1", "--out", str(tmp_path)]) == 0
    picture = str(tmp_path / "run-000001.png")
    assert main(["make", "--again", picture, "--models", str(tmp_path / "nowhere")]) == 2
    (tmp_path / "other.safetensors").write_bytes(b"garbage")
    assert main(["make", "--again", picture, "--models", str(tmp_path)]) == 1
    assert re.search(r"among the \d+ model files", capsys.readouterr().err)
    words = ["--models", str(tmp_path), "--models", str(trained), "--out", str(tmp_path / "again")]
    assert main(["make", "--again", picture, *words]) == 0


def test_a_length_is_given_once(shapes, run, tmp_path, capsys):
    assert main(["train", str(shapes), "--seen=10", "--for=1m", "--out", str(tmp_path / "none")]) == 2
    assert main(["resume", str(run), "--seen=10", "--for=1m"]) == 2
    assert "not both" in capsys.readouterr().err
    assert not (tmp_path / "none").exists()


def test_a_run_at_its_end_says_how_to_go_on(run, capsys):
    assert main(["resume", str(run)]) == 0
    assert f"pinxit resume '{run}' --seen 64" in capsys.readouterr().out
    assert main(["resume", str(run), "--seen=48"]) == 0
    assert "Going on from 32 pictures" in capsys.readouterr().out
    assert (run / "checkpoints" / "000000048").is_dir()


def test_only_one_trains_a_run(run, capsys):
    with claimed(RunFolder(run)):
        assert main(["resume", str(run), "--seen=64"]) == 2
        assert "another pinxit" in capsys.readouterr().err
        assert main(["stop", str(run)]) == 0
        assert "Asked it" in capsys.readouterr().out
    assert main(["stop", str(run)]) == 0
    assert "No pinxit" in capsys.readouterr().out
    assert main(["resume", str(run), "--seen=48"]) == 0  # an old request to stop is forgotten


def test_a_lost_cache_is_packed_again_and_training_goes_on_to_the_last_bit(trained, run, shapes, monkeypatch, capsys):
    with_cache = Path(shutil.copytree(trained, run.with_name("with cache")))
    assert main(["resume", str(with_cache), "--seen=64"]) == 0
    stored = json.loads((run / "settings.json").read_text())
    stored["data"]["packed"] = str(run / "gone")
    (run / "settings.json").write_text(json.dumps(stored))
    monkeypatch.setenv("PINXIT_CACHE", str(run.with_name("new cache")))
    assert main(["resume", str(run), "--seen=64"]) == 0
    assert "packing them again" in capsys.readouterr().out
    one, two = ((place / "checkpoints/000000064/tensors.safetensors").read_bytes() for place in (run, with_cache))
    assert one == two
    assert main(["resume", str(run), "--seen=72"]) == 0
    assert "packing them again" not in capsys.readouterr().out  # it remembers where they are now


def test_pictures_that_went_away_or_changed(run, shapes, tmp_path, capsys):
    stored = json.loads((run / "settings.json").read_text())
    other = Path(shutil.copytree(shapes, tmp_path / "other"))
    stored["data"] |= {"packed": str(tmp_path / "gone"), "pictures": str(other)}
    (run / "settings.json").write_text(json.dumps(stored))
    draw_shape(99).save(other / "discs" / "new.png")
    assert main(["resume", str(run), "--seen=64"]) == 1
    assert "no longer those" in capsys.readouterr().err
    shutil.rmtree(other)
    assert main(["resume", str(run), "--seen=64"]) == 1
    said = capsys.readouterr().err
    assert "Bring the pictures back" in said
    assert str(other) in said
    assert main(["make", str(run), "-n=1", "--out", str(tmp_path / "made")]) == 0


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("{", 1),
        ("[]", 1),
        ("{}", 2),
        ('{"format": 99, "family": "dcgan", "settings": {}}', 2),
        ('{"format": 1, "family": "dcgna", "settings": {}}', 2),
        ('{"format": 1, "family": "dcgan", "settings": {"size": -1}}', 2),
        ('{"format": 1, "family": "dcgan", "settings": {}}', 1),
        ('{"format": 1, "family": "dcgan", "settings": {}, "data": [], "canvas": 3}', 1),
        ('{"format": 1, "family": ["dcgan"], "settings": {}}', 2),
    ],
)
def test_damaged_settings_are_told(run, content, code, capsys):
    (run / "settings.json").write_text(content)
    assert main(["resume", str(run)]) == code
    assert capsys.readouterr().err.startswith("pinxit: ")


def test_a_model_that_is_garbage_now(run, capsys, tmp_path):
    (run / "model.safetensors").write_bytes(os.urandom(5000))
    assert main(["make", str(run), "--out", str(tmp_path / "made")]) == 1
    assert main(["info", str(run / "model.safetensors")]) == 1
    assert "not a safetensors file" in capsys.readouterr().err
    assert main(["resume", str(run), "--seen=48"]) == 0  # the checkpoint brings it back
    assert main(["make", str(run), "-n=1", "--out", str(tmp_path / "made")]) == 0


@pytest.mark.skipif(sys.platform == "win32", reason="closed pipes are another matter there")
def test_a_reader_that_has_seen_enough(trained):
    command = f'{sys.executable} -m pinxit info "{trained}" | head -1; echo ${{PIPESTATUS[0]}}'
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, timeout=60)
    assert done.stdout.splitlines()[0] == "{"
    assert done.stderr == ""


def test_an_old_terminal(tmp_path):
    pictures = tmp_path / "图片 é"
    pictures.mkdir()
    for number in range(3):
        draw_shape(number).save(pictures / f"画{number}.png")
    words = [sys.executable, "-m", "pinxit", "data", "check", str(pictures), "--no-report"]
    plain = os.environ | {"PYTHONIOENCODING": "ascii", "NO_COLOR": "1"}
    done = subprocess.run(words, capture_output=True, env=plain, timeout=60)
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.isascii()
    assert b"\x1b" not in done.stdout
    assert b"\r" not in done.stdout.replace(b"\r\n", b"\n")


def test_nothing_goes_over_the_network(shapes, tmp_path):
    """Training and painting with every socket refused but loopback and those inside the machine."""
    code = """
import socket, sys
def refuse(self, address):
    if self.family in (socket.AF_INET, socket.AF_INET6) and address[0] not in ("127.0.0.1", "::1", "localhost"):
        raise SystemExit(f"tried to reach {address}")
    return connect(self, address)
def no_names(host, *rest, **named):
    if host not in (None, "127.0.0.1", "::1", "localhost", socket.gethostname()):
        raise SystemExit(f"asked for the address of {host}")
    return lookup(host, *rest, **named)
connect, lookup = socket.socket.connect, socket.getaddrinfo
socket.socket.connect = socket.socket.connect_ex = refuse
socket.getaddrinfo = socket.create_connection = no_names
from pinxit.cli.commands import main
run, made = sys.argv[2:]
for words in (["train", sys.argv[1], "--size=64", "--batch=8", "--seen=16", "--threads=1", "--out", run],
              ["make", run, "-n=1", "--out", made], ["info", run], ["data", "check", sys.argv[1], "--no-report"]):
    assert main(words) == 0, words
"""
    words = [sys.executable, "-c", code, str(shapes), str(tmp_path / "run"), str(tmp_path / "made")]
    done = subprocess.run(words, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr


def test_answers_name_the_flag_that_helps(shapes, tmp_path, capsys, monkeypatch):
    """A file where a folder should be stands for every place that cannot be written, for root too."""
    blocked = tmp_path / "file" / "inside"
    blocked.parent.write_text("x")
    assert main(["data", "check", str(shapes), "--report", str(blocked)]) == 1
    assert "--report" in capsys.readouterr().err
    assert main(["data", "pack", str(shapes), "--size=24", "--out", str(blocked)]) == 1
    assert "--out" in capsys.readouterr().err
    monkeypatch.setenv("PINXIT_CACHE", str(blocked))
    assert train(shapes, tmp_path / "run", "--size=24") == 1
    assert "PINXIT_CACHE" in capsys.readouterr().err
    assert not (tmp_path / "run").exists()


def test_a_long_name_can_be_written(trained, tmp_path):
    model = tmp_path / ("画" * 70 + ".safetensors")
    shutil.copy(trained / "model.safetensors", model)
    assert main(["make", str(model), "-n=1", "--out", str(tmp_path / "made")]) == 0


@pytest.mark.skipif(sys.platform == "win32", reason="signals are another matter there")
@pytest.mark.parametrize("words", [("data", "pack", "PICTURES", "--size=60"), ("make", "MODEL", "-n=100000")])
def test_broken_off_in_the_middle_nothing_half_is_left(trained, tmp_path, words):
    pictures, out = tmp_path / "pictures", tmp_path / "out"
    pictures.mkdir()
    noise = os.urandom(600 * 600 * 3)
    for number in range(200):
        Image.frombytes("RGB", (600, 600), noise[number:] + noise[:number]).save(pictures / f"{number}.jpg")
    places = {"PICTURES": str(pictures), "MODEL": str(trained)}
    command = [sys.executable, "-m", "pinxit", *(places.get(word, word) for word in words), "--out", str(out)]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    for _ in range(1200):
        if any(tmp_path.glob(".out*/*")) or any(out.glob("*")):
            break
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    assert "broken off" in process.communicate(timeout=60)[1]
    assert process.returncode == 130
    assert not list(tmp_path.glob(".out*"))
    for picture in out.glob("*"):
        with Image.open(picture) as opened:
            assert opened.size == (32, 32)


def test_an_empty_name_is_not_the_current_folder(capsys):
    """A script whose variable is not set must not train on whatever lies around."""
    assert main(["train", ""]) == 1
    assert main(["make", ""]) == 2
    assert main(["data", "check", "pepes"]) == 1
    assert "Did you mean 'peeps'" in capsys.readouterr().err

"""The command line as a person meets it: answers in a paragraph, exit codes, never a traceback."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from PIL import Image

from pinxit.cli.commands import VERBS, main
from pinxit.cli.options import parse_count, parse_minutes
from pinxit.errors import UsageError


def run(*words: object) -> subprocess.CompletedProcess:
    command = [sys.executable, "-m", "pinxit", *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, timeout=300)


def test_help_and_version(capsys):
    assert main([]) == 0
    said = capsys.readouterr().out
    assert all(verb in said for verb in VERBS)
    assert main(["--version"]) == 0
    assert capsys.readouterr().out.startswith("pinxit ")


@pytest.mark.parametrize("verb", sorted(VERBS))
def test_every_verb_has_help(verb, capsys):
    with pytest.raises(SystemExit) as ended:
        main([verb, "--help"])
    assert ended.value.code == 0
    assert f"pinxit {verb}" in capsys.readouterr().out


def test_flags_follow_from_the_family(capsys):
    with pytest.raises(SystemExit):
        main(["train", "x", "--family", "dcgan", "--help"])
    said = capsys.readouterr().out
    assert "--objective" in said
    assert "--ema-half-life" in said


def test_help_starts_at_once_and_loads_no_torch():
    code = "import sys; from pinxit.cli.commands import main; main(['--help']); assert 'torch' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)
    code = "import sys, pinxit; assert not {'torch', 'numpy', 'pydantic'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
    times = []
    for _ in range(3):
        began = time.perf_counter()
        run("--help")
        times.append(time.perf_counter() - began)
    assert min(times) < 1.0  # the exact figure (0.3 s) is measured by bench/ on a quiet machine


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["trian"], 2, "Did you mean 'train'"),
        (["train"], 2, "pictures"),
        (["train", "no-such-folder"], 1, "no-such-folder"),
        (["train", "peeps", "--family", "dcgam"], 2, "Did you mean 'dcgan'"),
        (["train", "peeps", "--sizze", "64"], 2, "--sizze"),
        (["train", "peeps", "--set", "sizze=64"], 2, "Did you mean 'size'"),
        (["train", "peeps", "--set", "size"], 2, "name=value"),
        (["train", "peeps", "--size", "63"], 2, "64x64"),
        (["train", "peeps", "--size", "huge"], 2, "96x64"),
        (["train", "peeps", "--preset", "fast"], 2, "no preset 'fast'"),
        (["train", "peeps", "--for", "soon"], 2, "20m"),
        (["train", "peeps", "--seen", "many"], 2, "500k"),
        (["train", "peeps", "--batch", "3", "--processes", "2", "--size", "32"], 2, "batch"),
        (["train", "peeps", "--label", "shoes"], 1, "shoes"),
        (["resume", "no-such-run"], 2, "no run folder"),
        (["stop", "no-such-run"], 2, "no run folder"),
        (["make"], 2, "Which model"),
        (["make", "no-such-model"], 2, "no-such-model"),
        (["make", "m", "--seeds", "9-3"], 2, "3-9"),
        (["make", "m", "--seeds", "1", "-n", "2"], 2, "not both"),
        (["make", "m", "-n", "0"], 2, "1 to"),
        (["make", "--again", "no-such.png"], 1, "no-such.png"),
        (["info", "no-such-file"], 2, "no-such-file"),
        (["data", "check", "no-such-folder"], 1, "no-such-folder"),
        (["data", "burn", "x"], 2, "check"),
    ],
)
def test_mistakes_get_an_answer(words, code, said, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(words) == code
    captured = capsys.readouterr()
    assert said in captured.err
    assert captured.err.startswith("pinxit: ")
    assert "Traceback" not in captured.err
    assert len(captured.err.strip().splitlines()) <= 2
    assert not any((tmp_path / "runs").glob("*")), "a run folder was left behind by a mistake"


def test_a_folder_without_pictures(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name, content in {"empty": None, "texts": "hello", "one": "picture"}.items():
        folder = tmp_path / name
        folder.mkdir()
        if content == "hello":
            (folder / "a.txt").write_text(content)
        if content == "picture":
            Image.new("RGB", (64, 64), "red").save(folder / "a.png")
        assert main(["train", str(folder)]) == 1
        assert name in capsys.readouterr().err


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="root may write anywhere")
def test_a_read_only_place(shapes, tmp_path, capsys):
    place = tmp_path / "locked"
    place.mkdir(mode=0o500)
    assert main(["train", str(shapes), "--out", str(place / "run")]) == 1
    assert "--out" in capsys.readouterr().err


def test_an_out_that_is_a_file(shapes, tmp_path, capsys):
    (tmp_path / "file").write_text("x")
    assert main(["train", str(shapes), "--out", str(tmp_path / "file")]) == 2
    assert main(["train", str(shapes), "--out", str(tmp_path / "file" / "run")]) == 1
    assert "Traceback" not in capsys.readouterr().err


def test_from_a_folder_with_junk_to_pictures(shapes, tmp_path):
    """The whole way a stranger goes: train, look, make, info, again."""
    import shutil

    folder = tmp_path / "my pictures 图"
    shutil.copytree(shapes, folder)
    (folder / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\n broken")
    (folder / "nothing.jpg").write_bytes(b"")
    (folder / "notes.txt").write_text("not a picture")
    words = [
        "--size=32",
        "--batch=8",
        "--seen=64",
        "--report-every=16",
        "--label=folder",
        "--family=dcgan",
        "--no-report",
    ]
    done = run("train", folder, *words, "--out", tmp_path / "run")
    assert done.returncode == 0, done.stderr
    assert "2 left out" in done.stdout
    assert f"pinxit make {tmp_path / 'run'}" in done.stdout
    made = tmp_path / "made"
    assert run("make", tmp_path / "run", "--seeds", "0-3,100", "--label", "folder=discs", "--out", made).returncode == 0
    pictures = sorted(made.glob("*.png"))
    assert [path.stem[-6:] for path in pictures] == ["000000", "000001", "000002", "000003", "000100"]
    assert run("make", tmp_path / "run", "-n", "12", "--sheet", "--out", made).returncode == 0
    assert len(list(made.glob("*sheet*.png"))) == 1
    again = run("make", "--again", pictures[-1], "--models", tmp_path, "--out", tmp_path / "again")
    assert again.returncode == 0, again.stderr
    assert Image.open(next((tmp_path / "again").glob("*.png"))).tobytes() == Image.open(pictures[-1]).tobytes()
    for path, word in (
        (pictures[0], '"seed": 0'),
        (tmp_path / "run", '"kind": "run"'),
        (tmp_path / "run/model.safetensors", "sha256"),
    ):
        told = run("info", path)
        assert told.returncode == 0, told.stderr
        assert word in told.stdout
    wrong = run("make", tmp_path / "run", "--label", "folder=disks", "--out", made)
    assert (wrong.returncode, "Did you mean 'discs'" in wrong.stderr) == (2, True)


def test_times_and_counts():
    assert [parse_minutes(text) for text in ("90s", "20m", "1.5h", "3")] == [1.5, 20, 90, 3]
    assert [parse_minutes(text) for text in ("1h30m", "1h 30m", "1d", "8H", "400d", "0.5h")] == [
        90,
        90,
        1440,
        480,
        576e3,
        30,
    ]
    assert [parse_count(text) for text in ("500k", "1.5M", "20000")] == [500_000, 1_500_000, 20_000]
    for text in ("", "0", "-3m", "nan", "infh", "x", "1h30", "5m2", "m", "1e9d", "9999999"):
        with pytest.raises(UsageError):
            parse_minutes(text)
    for text in ("", "x", "1e999", "nan"):
        with pytest.raises(UsageError):
            parse_count(text)


def test_the_module_runs_like_the_command():
    assert run("--version").stdout.startswith("pinxit ")
    assert Path(sys.executable).exists()

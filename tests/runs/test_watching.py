"""What a run shows to whoever looks on."""

import json

from pinxit.runs.run_folder import RunFolder
from pinxit.runs.watching import find_runs, lines_after, previews_of, standing_of


def a_run(folder, name, minutes=None):
    run = RunFolder(folder / name)
    run.create()
    settings = {"format": 1, "family": "dcgan", "settings": {"size": "64x64", "seen": 100, "minutes": minutes}}
    run.write_json(run.settings_file, {**settings, "data": {"name": "discs"}})
    return run


def test_lines_come_in_pieces_and_torn_ones_later(tmp_path):
    run = a_run(tmp_path, "one")
    run.progress_file.write_bytes(b'{"seen": 10}\n{"seen": 20}\n{"se')
    lines, offset = lines_after(run, 0)
    assert [line["seen"] for line in lines] == [10, 20]
    run.progress_file.write_bytes(b'{"seen": 10}\n{"seen": 20}\n{"seen": 30}\nnonsense\n')
    assert lines_after(run, offset)[0] == [{"seen": 30}]
    assert lines_after(RunFolder(tmp_path / "none"), 0) == ([], 0)


def test_where_a_run_stands(tmp_path):
    run = a_run(tmp_path, "one")
    told = standing_of(run)
    assert (told["family"], told["size"], told["seen"], told["training"], told["ended"]) == (
        "dcgan",
        "64x64",
        0,
        False,
        False,
    )
    lines = [{"seen": 100, "seconds": 5.0, "left": 0.0, "speed": 20.0}, {"seen": 100, "event": "checkup"}]
    run.progress_file.write_text("".join(json.dumps(line) + "\n" for line in lines))
    for name in ("000000050.png", "000000100.png", "notes.png"):
        (run.previews / name).write_bytes(b"x")
    (run.path / "sheet.png").write_bytes(b"x")
    told = standing_of(run)
    assert (told["seen"], told["speed"], told["preview"], told["ended"]) == (100, 20.0, 100, True)
    assert previews_of(run) == [50, 100]


def test_a_run_that_was_stopped_has_not_ended(tmp_path):
    run = a_run(tmp_path, "one", minutes=60)
    run.progress_file.write_text('{"seen": 100, "seconds": 5}\n')
    (run.path / "sheet.png").write_bytes(b"x")
    assert standing_of(run)["ended"] is False


def test_only_runs_are_found(tmp_path):
    a_run(tmp_path, "one")
    (tmp_path / "other").mkdir()
    (tmp_path / "file").write_text("x")
    (tmp_path / "link").symlink_to(tmp_path / "one")
    assert [run.path.name for run in find_runs(tmp_path)] == ["one"]
    assert find_runs(tmp_path / "nowhere") == []


def test_damaged_settings_are_no_reason_to_fall(tmp_path):
    run = a_run(tmp_path, "one")
    run.settings_file.write_text("[]")
    assert standing_of(run)["family"] == ""

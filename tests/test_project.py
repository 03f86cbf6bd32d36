"""The project itself: what it ships, what it installs, and what must never be in it."""

import collections
import importlib.util
import io
import json
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from PIL import Image

ROOT = Path(__file__).resolve().parent.parent
PEEPS = ROOT / "src" / "pinxit" / "data" / "peeps.zip"
PLAN = ROOT / "tools" / "draw_peeps" / "attributes.json"
LABELS = ("expression", "hair", "beard", "glasses", "clothes")
REGISTRIES = re.compile(
    "|".join(("pypi" + r"\.org", "pythonhosted" + r"\.org", "npmjs" + r"\.", "registry" + r"\.npm"))
)


def load_tool(name):
    """A script of tools/ as a module."""
    spec = importlib.util.spec_from_file_location(name, ROOT / "tools" / f"{name}.py")
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    return tool


@pytest.fixture(scope="module")
def tracked():
    """Every file that git tracks."""
    if not (ROOT / ".git").exists():
        pytest.skip("not a git checkout")
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    return [path for name in listed.decode().split("\0") if name and (path := ROOT / name).is_file()]


@pytest.fixture(scope="module")
def peeps():
    with zipfile.ZipFile(PEEPS) as archive:
        yield archive


@pytest.fixture(scope="module")
def rows(peeps):
    return [json.loads(line) for line in peeps.read("metadata.jsonl").splitlines()]


@pytest.fixture(scope="module")
def plan():
    return json.loads(PLAN.read_text())


def test_peeps_are_four_thousand_in_at_most_eight_megabytes(peeps, rows):
    assert PEEPS.stat().st_size <= 8_000_000
    assert len(rows) == 4000
    pictures = [name for name in peeps.namelist() if name.endswith(".webp")]
    assert pictures == [row["file_name"] for row in rows]
    assert set(peeps.namelist()) - set(pictures) == {"metadata.jsonl", "DATA_CARD.md"}
    assert peeps.read("DATA_CARD.md") == (ROOT / "docs" / "data" / "peeps.md").read_bytes()


def test_no_peep_is_packed_twice(peeps):
    sums = collections.Counter(member.CRC for member in peeps.infolist())
    assert max(sums.values()) == 1


@pytest.mark.parametrize("number", range(0, 4000, 97))
def test_peeps_are_framed_heads_on_nothing(peeps, rows, number):
    picture = Image.open(io.BytesIO(peeps.read(rows[number]["file_name"])))
    assert (picture.size, picture.mode) == ((96, 96), "RGBA")
    alpha = picture.getchannel("A")
    left, top, right, bottom = alpha.getbbox()
    assert alpha.getpixel((0, 0)) == 0, "the background is transparent"
    assert alpha.getpixel((50, 50)) == 255, "the face is not"
    assert bottom == 96, "the shoulders reach the lower edge"
    assert right - left > 70, "the head fills the picture"
    assert top < 24


def test_labels_are_balanced(rows):
    for column in LABELS:
        counts = collections.Counter(row[column] for row in rows)
        if column in ("beard", "glasses"):
            assert set(counts) == {"yes", "no"}
            assert 0.3 <= counts["yes"] / len(rows) <= 0.5
        else:
            assert len(counts) == {"expression": 8, "hair": 8, "clothes": 6}[column]
            assert max(counts.values()) <= 1.05 * min(counts.values())


def test_held_out_combinations_are_never_drawn_but_their_parts_are(rows, plan):
    assert len(plan["held_out"]) >= 12
    for combination in plan["held_out"]:
        assert not [row for row in rows if all(row[column] == value for column, value in combination.items())]
        for left_out in combination:
            others = [(column, value) for column, value in combination.items() if column != left_out]
            assert sum(all(row[column] == value for column, value in others) for row in rows) >= 20


def test_captions_say_what_the_labels_say(rows, plan):
    for row in rows:
        text = row["text"]
        expressions = [
            name for name, value in plan["expression"].items() if any(word in text for word in value["words"])
        ]
        assert expressions == [row["expression"]], text
        hair = [name for name, value in plan["hair"].items() if any(word in text for word in value["words"])]
        assert (hair or ["bald" if "bald" in text else None]) == [row["hair"]], text
        assert [colour for colour in plan["clothes"] if re.search(rf"\b{colour}\b", text)] == [row["clothes"]], text
        for thing in ("beard", "glasses"):
            mentioned = thing in text and f"no {thing}" not in text
            assert mentioned == (row[thing] == "yes"), text


def test_tracked_binary_files_stay_under_sixty_megabytes(tracked):
    """Six models that ship, at most 8 MB each, and some pictures."""
    binary = [path for path in tracked if b"\0" in path.read_bytes()[:8192]]
    assert sum(path.stat().st_size for path in binary) < 60_000_000


def test_no_registry_or_machine_path_is_named_in_a_tracked_file(tracked):
    for path in tracked:
        content = path.read_bytes()
        if b"\0" in content[:8192]:
            continue
        assert not REGISTRIES.search(content.decode()), f"{path} names a package registry"
        assert ("/work" + "/main") not in content.decode(), f"{path} names a folder of one machine"


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_lock_holds_exact_allowed_versions(name):
    lock = load_tool("lock")
    for line in (ROOT / name).read_text().splitlines():
        assert line.startswith("#") or re.fullmatch(r"[a-z0-9-]+==[0-9a-z.]+", line), line
    versions = lock.read_lock(ROOT / name)
    assert versions["torch"] == "2.13.0"
    assert not lock.denied(versions)
    assert not [package for package in versions if package.startswith(lock.LEFT_TO_THE_MACHINE)]
    assert "torchvision" not in versions


def test_locks_agree_and_cover_the_project():
    lock = load_tool("lock")
    base = lock.read_lock(ROOT / "requirements.lock")
    everything = lock.read_lock(ROOT / "requirements-dev.lock")
    assert base.items() <= everything.items()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    names = {lock.normal(re.match(r"[\w.-]+", requirement)[0]) for requirement in project["dependencies"]}
    assert names <= set(base)
    for extra in (extra for name, extra in project["optional-dependencies"].items() if name not in lock.NOT_LOCKED):
        wanted = [
            requirement
            for requirement in map(Requirement, extra)
            if not requirement.marker or requirement.marker.evaluate()
        ]
        assert {lock.normal(requirement.name) for requirement in wanted} <= set(everything)


def test_lock_refuses_compromised_releases():
    lock = load_tool("lock")
    assert lock.denied({"lightning-fabric": "2.6.3", "rich": "15.0.0"}) == ["lightning-fabric==2.6.3"]


def test_documentation_is_sound():
    checked = subprocess.run(
        [sys.executable, ROOT / "tools" / "check_docs.py"], capture_output=True, text=True, check=False
    )
    assert checked.returncode == 0, checked.stdout


def test_every_test_that_the_page_on_security_names_is_there():
    rows = [row for row in (ROOT / "docs/security.md").read_text("utf-8").splitlines() if row.startswith("| ")]
    named = 0
    for row in rows:
        words = re.findall(r"`([^`]+)`", row.split("|")[3])
        files = [word for word in words if word.endswith(".py")]
        found = [
            file
            for word in files
            for file in (ROOT / "tests").rglob("*.py")
            if str(file).endswith(f"/{word.split('/')[-1]}")
        ]
        assert len(found) >= len(files), row
        tests = "".join(file.read_text("utf-8") for file in found)
        for word in words:
            if not word.endswith((".py", "/")):
                named += 1
                assert f"def test_{word.rstrip('…')}" in tests, word
    assert named > 40

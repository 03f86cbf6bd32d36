"""Where pictures come from: folders, zips and lists, with labels and captions, and everything hostile in them."""

import io
import os
import stat
import zipfile

import numpy as np
import pytest
from PIL import Image

from pinxit.data.picture_folder import read_source
from pinxit.errors import DataError, PictureError


def png(number: int = 0, side: int = 24) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(np.random.RandomState(number).randint(0, 256, (side, side, 3), dtype=np.uint8)).save(buffer, "PNG")
    return buffer.getvalue()


def fill(folder, *names):
    for number, name in enumerate(names):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(png(number))


def zipped(path, entries):
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in entries:
            info = name if isinstance(name, zipfile.ZipInfo) else zipfile.ZipInfo(name)
            archive.writestr(info, content)
    return path


def test_a_folder_in_a_fixed_order_with_sub_folders_as_labels(tmp_path):
    fill(tmp_path, "wrap/猫/a b.png", "wrap/dog/c.PNG", "wrap/dog/deep/d.png", "wrap/.hidden.png")
    source = read_source(tmp_path)
    assert [picture.name for picture in source] == ["wrap/dog/c.PNG", "wrap/dog/deep/d.png", "wrap/猫/a b.png"]
    assert [picture.labels["folder"] for picture in source] == ["dog", "dog/deep", "猫"]
    assert source.columns == ["folder"]
    assert source.pictures[0].load().size == (24, 24)


def test_one_folder_is_no_label_and_captions_lie_beside(tmp_path):
    fill(tmp_path, "a.png", "b.png", "no suffix")
    (tmp_path / "a.txt").write_text(" a red\n house ", "utf-8")
    (tmp_path / "b.txt").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "readme").write_text("not a picture")
    source = read_source(tmp_path)
    assert [picture.name for picture in source] == ["a.png", "b.png", "no suffix"]
    assert source.columns == []
    assert source.pictures[0].caption == "a red house"


@pytest.mark.parametrize("as_zip", [False, True])
@pytest.mark.parametrize("kind", ["metadata.jsonl", "metadata.csv"])
def test_a_hugging_face_list_is_picked_up(tmp_path, as_zip, kind):
    if kind.endswith("csv"):
        text = 'file_name,text,mood,stars\nx/a.png,"hello, you",sad,1\nb.png,,,2\n../c.png,,,\ngone.png,,,\n'
    else:
        text = (
            '{"file_name": "x/a.png", "text": "hello, you", "mood": "sad", "stars": 1, "box": [1, 2]}\n'
            'not json\n{"file_name": "b.png", "mood": null, "stars": 2}\n{"file_name": "../c.png"}\n'
            '{"file_name": "gone.png"}\n'
        )
    fill(tmp_path / "set", "x/a.png", "b.png", "x/unlisted.png")
    (tmp_path / "set" / kind).write_text(text, "utf-8")
    path = tmp_path / "set"
    if as_zip:
        files = [file for file in path.rglob("*") if file.is_file()]
        path = zipped(tmp_path / "set.zip", [(file.relative_to(path).as_posix(), file.read_bytes()) for file in files])
    source = read_source(path, labels=["mood", "stars"])
    found = {picture.name: picture for picture in source}
    assert sorted(found) == ["b.png", "x/a.png", "x/unlisted.png"]
    assert found["x/a.png"].caption == "hello, you"
    assert found["x/a.png"].labels == {"mood": "sad", "stars": "1"}
    assert found["b.png"].labels == {"stars": "2"}
    assert found["x/unlisted.png"].labels == {}
    reasons = " | ".join(f"{name}: {reason}" for name, reason in source.skipped)
    assert "../c.png: listed, but it lies outside" in reasons
    assert "gone.png: listed, but not there" in reasons


def test_a_list_given_by_itself_names_the_pictures(tmp_path):
    fill(tmp_path, "a.png", "b.png", "c.png")
    path = tmp_path / "list.csv"
    path.write_text(f"file_name,kind\na.png,x\nb.png,y\n/etc/passwd,z\n{tmp_path}/c.png,z\n", "utf-8-sig")
    source = read_source(path)
    found = {picture.name: picture.labels for picture in source}
    assert found == {"a.png": {"kind": "x"}, "b.png": {"kind": "y"}}
    assert len(source.skipped) == 2


@pytest.mark.parametrize("text", ["kind,text\na,b\n", "", "file_name\n"])
def test_a_list_without_files_says_what_it_needs(tmp_path, text):
    (tmp_path / "list.csv").write_text(text)
    with pytest.raises(DataError, match="file_name"):
        read_source(tmp_path / "list.csv")


def test_unknown_label_column_names_the_nearest(tmp_path):
    fill(tmp_path, "cat/a.png", "dog/b.png")
    with pytest.raises(DataError, match="Did you mean 'folder'"):
        read_source(tmp_path, labels=["foldr"])


def test_nothing_to_read_is_a_paragraph(tmp_path):
    with pytest.raises(DataError, match="is empty"):
        read_source(tmp_path)
    for number in range(3):
        (tmp_path / f"{number}.txt").write_text("words")
    with pytest.raises(DataError, match=r"no picture .* 3 files \(3 .txt\)"):
        read_source(tmp_path)
    with pytest.raises(DataError, match="no folder or file"):
        read_source(tmp_path / "missing")
    with pytest.raises(DataError, match="sound zip"):
        read_source(tmp_path / "0.txt")


def link(path, target):
    try:
        path.symlink_to(target)
    except OSError:
        pytest.skip("this system does not allow links")


def test_links_pipes_and_loops_are_passed_over(tmp_path):
    outside = tmp_path / "outside.png"
    outside.write_bytes(png())
    root = tmp_path / "root"
    fill(root, "a.png")
    link(root / "leaves.png", outside)
    link(root / "inside.png", root / "a.png")
    link(root / "loop", root)
    link(root / "circle.png", root / "circle.png")
    link(root / "zero.png", "/dev/zero")
    link(root / "nothing.png", root / "gone.png")
    if hasattr(os, "mkfifo"):
        os.mkfifo(root / "pipe.png")
    source = read_source(root)
    assert [picture.name for picture in source] == ["a.png", "inside.png"]
    assert {"leaves.png", "loop", "circle.png", "zero.png", "nothing.png"} <= {name for name, _reason in source.skipped}


def test_a_zip_is_read_in_place(tmp_path):
    path = zipped(
        tmp_path / "set.zip", [("a/", b""), ("a/猫.png", png()), ("b/x.png", png(1)), ("__MACOSX/._x.png", b"1")]
    )
    source = read_source(path)
    assert [(picture.name, picture.labels["folder"]) for picture in source] == [("a/猫.png", "a"), ("b/x.png", "b")]
    assert source.pictures[0].load().size == (24, 24)
    assert [entry.name for entry in tmp_path.iterdir()] == ["set.zip"]


def linked(name: str, kind: int) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.create_system = 3
    info.external_attr = (kind | 0o777) << 16
    return info


@pytest.mark.parametrize(
    "names",
    [
        ["../a.png"],
        ["x/../../a.png"],
        ["/etc/a.png"],
        ["C:/a.png"],
        ["C:\\a.png"],
        ["..\\a.png"],
        ["a.png\0.txt"],
        ["A.png", "a.png"],
        ["a.png", "a.png"],
        [linked("a.png", stat.S_IFLNK)],
        [linked("a.png", stat.S_IFCHR)],
        [linked("a.png", stat.S_IFREG | stat.S_ISUID)],
    ],
)
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_hostile_zip_is_refused_as_a_whole(tmp_path, names):
    entries = [("good.png", png())]
    for name in names:
        info = name if isinstance(name, zipfile.ZipInfo) else zipfile.ZipInfo("placeholder")
        if not isinstance(name, zipfile.ZipInfo):
            info.filename = name  # past the tidying of the constructor
        entries.append((info, png()))
    zipped(tmp_path / "bad.zip", entries)
    with pytest.raises(DataError, match="is refused"):
        read_source(tmp_path / "bad.zip")


def test_zip_bombs_and_damage(tmp_path):
    with zipfile.ZipFile(tmp_path / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.png", bytes(300 * 1024 * 1024))
    with pytest.raises(DataError, match="zip bomb"):
        read_source(tmp_path / "bomb.zip")

    path = zipped(tmp_path / "cut.zip", [("a.png", png(0, 64)), ("b.png", png(1, 64))])
    content = bytearray(path.read_bytes())
    content[2000:2010] = bytes(10)
    path.write_bytes(content)
    source = read_source(path)
    with pytest.raises(PictureError, match="damaged inside the zip"):
        source.pictures[0].load()
    assert source.pictures[1].load().size == (64, 64)
    path.write_bytes(content[:5000])
    with pytest.raises(DataError, match="sound zip"):
        read_source(path)


def test_a_lying_size_in_a_zip_does_not_fill_memory(tmp_path, monkeypatch):
    path = zipped(tmp_path / "set.zip", [("a.png", png(0, 64))])
    monkeypatch.setattr("pinxit.data.picture_folder.MAX_FILE_BYTES", 1000)
    with pytest.raises(PictureError, match="more than 1,000 bytes"):
        read_source(path).pictures[0].raw()


def test_the_fingerprint_changes_with_files_labels_and_captions(tmp_path):
    fill(tmp_path, "a.png", "b.png")
    prints = [read_source(tmp_path).fingerprint()]
    assert read_source(tmp_path).fingerprint() == prints[0]
    (tmp_path / "a.txt").write_text("caption")
    prints.append(read_source(tmp_path).fingerprint())
    (tmp_path / "b.png").write_bytes(png(7, 30))
    prints.append(read_source(tmp_path).fingerprint())
    assert len(set(prints)) == 3

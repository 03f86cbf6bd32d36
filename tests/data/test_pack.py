"""Packing: the right pixels, no fringes, reused when unchanged, refused in one paragraph when it cannot work."""

import json
import os
import shutil
import subprocess
import sys
import time

import numpy as np
import pytest
from PIL import Image

from pinxit.data.batches import Batches
from pinxit.data.fitting import fit_picture, why_unfit
from pinxit.data.labels import encode_labels
from pinxit.data.pack import _held_back, pack
from pinxit.data.packed import open_packed
from pinxit.data.shards import ShardWriter
from pinxit.errors import DataError, PinxitError, UsageError


def save_noise(folder, count, size=(20, 20), mode="RGB", start=0):
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(start, start + count):
        pixels = np.random.RandomState(number).randint(0, 256, (size[1], size[0], 3), dtype=np.uint8)
        Image.fromarray(pixels).convert(mode).save(folder / f"{number:04d}.png")
    return folder


@pytest.mark.parametrize("background", [0, 255])
@pytest.mark.parametrize("fit", ["crop", "pad", "stretch", "patches"])
def test_no_fringe_on_black_or_white(background, fit):
    """A white disc on transparent black, and the reverse: shrunk, its edge holds no colour that was never there."""
    rows, columns = np.indices((256, 256)) - 127.5
    disc = rows**2 + columns**2 < 80**2
    pixels = np.zeros((256, 256, 4), np.uint8)
    pixels[..., :3] = np.where(disc, 255 - background, background)[..., None]  # what lies hidden under alpha 0
    pixels[..., 3] = disc * 255
    (small, *_rest) = fit_picture(Image.fromarray(pixels), (48, 48), fit, 4)
    alpha = small[..., 3].astype(int)
    expected = alpha if background == 0 else np.zeros_like(alpha)  # white inside: colour = alpha; black inside: none
    assert np.abs(small[..., 0].astype(int) - expected).max() <= 1
    assert (small[..., :3] <= small[..., 3:]).all()
    flat = fit_picture(Image.fromarray(pixels), (48, 48), fit, 3)[0].astype(int)  # on white
    assert np.abs(flat[..., 0] - (255 if background == 0 else 255 - alpha)).max() <= 1


def test_fits_keep_what_they_promise():
    wide = np.zeros((40, 80, 3), np.uint8)
    wide[:, 20:60] = 200  # the middle square
    picture = Image.fromarray(wide)
    (cropped,) = fit_picture(picture, (20, 20), "crop", 3)
    assert (np.abs(cropped[:, 3:-3].astype(int) - 200) <= 2).all()
    (padded,) = fit_picture(picture, (20, 20), "pad", 3)
    assert (padded[:5] == 255).all()
    assert (padded[15:] == 255).all()
    (padded,) = fit_picture(picture, (20, 20), "pad", 4)
    assert (padded[:5] == 0).all()
    assert fit_picture(picture, (30, 10), "stretch", 3)[0].shape == (10, 30, 3)
    assert [piece.shape for piece in fit_picture(picture, (30, 20), "patches", 1)] == [(20, 30, 1)] * 4
    assert len(fit_picture(Image.new("RGB", (10, 30)), (20, 20), "patches", 3)) == 3


def test_what_does_not_serve():
    assert "tiny" in str(why_unfit((7, 40), (64, 64), "crop"))
    assert "tiny" in str(why_unfit((15, 15), (64, 64), "crop"))
    assert why_unfit((28, 28), (64, 64), "crop") is None
    assert "extreme shape" in str(why_unfit((1000, 100), (64, 64), "crop"))
    assert why_unfit((1000, 100), (64, 64), "pad") is None
    assert why_unfit((1000, 250), (128, 32), "crop") is None


def test_pack_and_read_back(shapes, tmp_path):
    told = []
    packed = pack(shapes, tmp_path / "out", size=(24, 16), progress=lambda done, total: told.append((done, total)))
    assert (len(packed), packed.size, packed.channels) == (40, (24, 16), 4)
    assert packed.classes == {"folder": ["discs", "squares"]}
    assert packed.labels["folder"].dtype == np.int64
    assert np.bincount(packed.labels["folder"]).tolist() == [20, 20]
    assert packed.captions is None
    assert packed.names[0] == "discs/001.png"
    assert len(packed.train) == 40
    assert told[-1] == (40, 40)
    picture = packed.pictures([3, 3, 0])
    assert picture.shape == (3, 16, 24, 4)
    assert (picture[0] == picture[1]).all()
    assert (picture[..., :3] <= picture[..., 3:]).all()
    (expected,) = fit_picture(Image.open(shapes / packed.names[3]), (24, 16), "crop", 4)
    assert (picture[0] == expected).all()


def test_channels_follow_the_pictures(shapes, tmp_path):
    assert pack(shapes, size=(16, 16), alpha=False).channels == 3
    grey = save_noise(tmp_path / "grey", 40, mode="L")
    assert pack(grey, size=(16, 16)).channels == 1
    save_noise(grey, 1, start=1000)  # colour that the sample need not meet
    assert pack(grey, size=(16, 16)).channels == 3
    assert pack(grey, size=(16, 16), alpha=True).channels == 4


def test_the_cache_is_reused_until_something_changes(tmp_path):
    folder = save_noise(tmp_path / "写真 folder", 10)
    first = pack(folder, size=(16, 16))
    stamp = (first.folder / "dataset.json").stat().st_mtime_ns
    again = pack(folder, size=(16, 16))
    assert again.folder == first.folder
    assert (again.folder / "dataset.json").stat().st_mtime_ns == stamp
    assert pack(folder, size=(20, 20)).folder != first.folder
    save_noise(folder, 1, start=50)
    changed = pack(folder, size=(16, 16))
    assert len(changed) == 11
    assert changed.fingerprint != first.fingerprint


@pytest.mark.parametrize("damage", ["cut", "flip", "json", "gone"])
def test_a_damaged_cache_is_packed_again(tmp_path, damage):
    folder = save_noise(tmp_path / "set", 10)
    first = pack(folder, size=(16, 16))
    pixels, shard = first.pictures(range(10)), first.folder / "shard-000.npy"
    content = bytearray(shard.read_bytes())
    if damage == "cut":
        shard.write_bytes(content[:-100])
    elif damage == "flip":
        content[-5] ^= 255
        shard.write_bytes(content)
    elif damage == "json":
        (first.folder / "dataset.json").write_text('{"format": 1, "siz')
    else:
        shard.unlink()
    assert (pack(folder, size=(16, 16)).pictures(range(10)) == pixels).all()


def test_same_pictures_same_fingerprint_anywhere(tmp_path):
    folder = save_noise(tmp_path / "one", 10)
    shutil.copytree(folder, tmp_path / "two", copy_function=shutil.copyfile)
    assert pack(folder, size=(16, 16)).fingerprint == pack(tmp_path / "two", size=(16, 16)).fingerprint


def test_junk_among_good_ones_is_listed_and_left_out(tmp_path):
    folder = save_noise(tmp_path / "set", 12)
    good = (folder / "0000.png").read_bytes()
    (folder / "copy.png").write_bytes(good)
    (folder / "cut.png").write_bytes(good[:300])
    (folder / "empty.png").write_bytes(b"")
    (folder / "page.png").write_bytes(b"<html>")
    (folder / "tiny.png").write_bytes((folder / "0001.png").read_bytes())
    Image.new("RGB", (4, 4)).save(folder / "tiny.png")
    Image.new("RGB", (400, 20)).save(folder / "strip.png")
    Image.new("CMYK", (30, 30)).save(folder / "cmyk.jpg")
    Image.fromarray(np.zeros((30, 30), np.uint16)).save(folder / "deep.png")
    packed = pack(folder, size=(16, 16))
    assert len(packed) == 14
    reasons = {row["name"]: row["reason"] for row in packed.info["dropped"]}
    assert set(reasons) == {"copy.png", "cut.png", "empty.png", "page.png", "tiny.png", "strip.png"}
    assert reasons["copy.png"] == "the same file as 0000.png"
    assert (folder / "copy.png").read_bytes() == good
    assert len(pack(folder, size=(16, 16), drop_duplicates=False)) == 15


def test_too_few_or_too_many_bad_ones(tmp_path):
    folder = save_noise(tmp_path / "set", 1)
    with pytest.raises(DataError, match="1 usable picture;"):
        pack(folder, size=(16, 16))
    assert len(pack(folder, size=(16, 16), fewest=1)) == 1
    with pytest.raises(DataError, match="1 usable picture;"):
        pack(folder, size=(16, 16))
    with pytest.raises(DataError, match=r"No picture of set can be used\. Left out: 0000\.png: "):
        pack(folder, size=(300, 300), fewest=1)
    save_noise(folder, 9)
    for number in range(10):
        (folder / f"bad{number}.png").write_bytes(b"junk")
    with pytest.raises(DataError, match="10 of the 19 pictures"):
        pack(folder, size=(16, 16))
    assert not list(tmp_path.rglob("*partial*"))


def test_a_killed_packing_leaves_nothing_half(tmp_path):
    folder = save_noise(tmp_path / "set", 300, size=(200, 200))
    script = f"from pinxit.data.pack import pack; pack({str(folder)!r}, {str(tmp_path / 'out')!r}, size=(190, 190))"
    child = subprocess.Popen([sys.executable, "-c", script])
    while not list(tmp_path.glob(".out*/shard*")) and child.poll() is None:
        time.sleep(0.005)
    child.kill()
    child.wait()
    assert not (tmp_path / "out").exists()
    assert len(pack(folder, tmp_path / "out", size=(190, 190))) == 300


@pytest.mark.parametrize(("size", "fit"), [((0, 8), "crop"), ((5000, 8), "crop"), ((8, 8), "crpo")])
def test_impossible_wishes(shapes, size, fit):
    with pytest.raises(UsageError):
        pack(shapes, size=size, fit=fit)


def test_other_peoples_folders_are_not_overwritten(shapes, tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(UsageError, match="other things in it"):
        pack(shapes, tmp_path, size=(8, 8))
    assert (tmp_path / "notes.txt").read_text() == "mine"


def test_a_place_that_cannot_be_written(shapes, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(PinxitError, match="could not be written"):
        pack(shapes, tmp_path / "file" / "out", size=(8, 8))
    if hasattr(os, "geteuid") and os.geteuid() != 0:
        (tmp_path / "locked").mkdir(mode=0o500)
        with pytest.raises(PinxitError, match="may not be written"):
            pack(shapes, tmp_path / "locked" / "out", size=(8, 8))


def test_held_back_split_and_patches_of_one_picture_stay_together(tmp_path):
    packed = pack(save_noise(tmp_path / "set", 500, size=(17, 33)), size=(16, 16), fit="patches")
    assert len(packed) == 1000
    assert len(packed.held_back) == 100
    assert not set(packed.held_back) & set(packed.train)
    names = np.array(packed.names)
    assert not set(names[packed.held_back]) & set(names[packed.train])
    assert not set(names[packed.choosing]) & set(names[packed.reporting])
    assert len(packed.choosing) == len(packed.reporting) == 50
    assert len(pack(tmp_path / "set", size=(16, 16)).held_back) == 50


@pytest.mark.parametrize(
    "count, held_back", [(499, 0), (500, 50), (1000, 100), (2000, 400), (4000, 1000), (9000, 1000)]
)
def test_large_sets_spare_enough_for_figures_that_mean_something(count, held_back):
    split = _held_back(list(range(count)))
    assert len(split["held_back"]) == held_back
    assert len(split["choosing"]) == (held_back + 1) // 2
    assert set(split["choosing"]) <= set(split["held_back"])


def test_captions_and_labels_travel(tmp_path):
    folder = save_noise(tmp_path / "set", 12)
    rows = [
        {"file_name": f"{number:04d}.png", "text": f"picture {number}", "id": str(number), "stars": number % 3 * 5}
        for number in range(10)
    ]
    (folder / "metadata.jsonl").write_text("\n".join(map(json.dumps, rows)))
    packed = pack(folder, size=(16, 16))
    assert packed.classes == {"stars": ["0", "5", "10"]}  # numbers in their order; "id" is no class
    assert packed.labels["stars"].tolist() == [0, 1, 2, 0, 1, 2, 0, 1, 2, 0, -1, -1]
    assert packed.captions[:2] == ["picture 0", "picture 1"]
    assert packed.captions[-1] is None
    assert list(pack(folder, size=(16, 16), labels=["id"]).classes) == ["id"]
    with pytest.raises(DataError, match="no label column 'star'"):
        pack(folder, size=(16, 16), labels=["star"])


def test_columns_that_cannot_be_classes_are_left_out():
    rows = [{"one": "x", "each": str(number), "two": "ab"[number % 2]} for number in range(20)]
    assert [column.name for column in encode_labels(rows)] == ["two"]
    assert [column.name for column in encode_labels(rows, keep_all=True)] == ["each", "one", "two"]


def test_many_shards_read_as_one(tmp_path, monkeypatch):
    monkeypatch.setattr("pinxit.data.shards.SHARD_BYTES", 16 * 16 * 3 * 4)
    packed = pack(save_noise(tmp_path / "set", 10), tmp_path / "out", size=(16, 16))
    assert [len(shard) for shard in packed.shards] == [4, 4, 2]
    order = np.random.RandomState(0).permutation(10)
    together = np.concatenate(packed.shards)
    assert (packed.pictures(order) == together[order]).all()
    assert len(open_packed(tmp_path / "out", verify=True)) == 10
    writer = ShardWriter(tmp_path, (1, 1, 3))
    assert writer.close() == []


def noise_pack(tmp_path, count=23):
    return pack(save_noise(tmp_path / "set", count, size=(16, 16)), tmp_path / "out", size=(16, 16))


def test_batches_see_each_picture_once_an_epoch_in_a_new_order(tmp_path):
    packed = noise_pack(tmp_path)
    batches = Batches(packed, 23, seed=5)
    epochs = [batches.next_batch()[0] for _ in range(2)]
    first, second = ([picture.tobytes() for picture in epoch] for epoch in epochs)
    assert sorted(first) == sorted(second) == sorted(picture.tobytes() for picture in packed.shards[0])
    assert first != second
    assert (Batches(packed, 23, seed=5).next_batch()[0] == epochs[0]).all()
    assert (Batches(packed, 23, seed=6).next_batch()[0] != epochs[0]).any()


def test_ranks_together_see_what_one_would(tmp_path):
    packed = noise_pack(tmp_path)
    alone = Batches(packed, 10, seed=1, mirror=True)
    ranks = [Batches(packed, 10, seed=1, mirror=True, rank=rank, world=2) for rank in range(2)]
    for _ in range(6):
        assert (np.concatenate([rank.next_batch()[0] for rank in ranks]) == alone.next_batch()[0]).all()


def test_resume_is_exact_at_any_place(tmp_path):
    packed = noise_pack(tmp_path)
    batches = Batches(packed, 7, seed=2**40 + 3, mirror=True)
    states, seen = [], []
    for _ in range(10):
        states.append(json.loads(json.dumps(batches.state())))
        seen.append(batches.next_batch()[0])
    for place in (9, 0, 4):
        other = Batches(packed, 7, seed=2**40 + 3, mirror=True)
        other.restore(states[place])
        for expected in seen[place:]:
            assert (other.next_batch()[0] == expected).all()
    with pytest.raises(DataError, match="seed was"):
        Batches(packed, 7, seed=4).restore(states[0])


def test_a_set_smaller_than_a_batch_comes_round(tmp_path):
    packed = noise_pack(tmp_path, 9)
    pictures, labels = Batches(packed, 64, seed=0).next_batch()
    assert pictures.shape == (64, 16, 16, 3)
    assert labels.shape == (64, 0)
    counts = {}
    for picture in pictures:
        counts[picture.tobytes()] = counts.get(picture.tobytes(), 0) + 1
    assert sorted(counts.values()) == [7] * 8 + [8]


def test_labels_come_along_and_wrong_wishes_are_named(shapes):
    packed = pack(shapes, size=(16, 16))
    pictures, labels = Batches(packed, 8, seed=0, label_columns=["folder"]).next_batch()
    rows = [int(np.flatnonzero((packed.shards[0] == picture).all(axis=(1, 2, 3)))[0]) for picture in pictures]
    assert labels[:, 0].tolist() == packed.labels["folder"][rows].tolist()
    with pytest.raises(UsageError, match="Did you mean 'folder'"):
        Batches(packed, 8, seed=0, label_columns=["foldre"])
    with pytest.raises(UsageError, match="shared evenly"):
        Batches(packed, 9, seed=0, world=2)

"""Moving pictures: what is written comes back, with its alpha, times and text, from every kind."""

import numpy as np
import pytest
from PIL import Image, ImageSequence

from pinxit.errors import PictureError, UsageError
from pinxit.images.animation import comment_in, durations, read_carried, save_animation
from pinxit.images.files import open_picture, read_text

TEXT = {"Comment": "made by a test", "pinxit": '{"model": "ü"}'}


def frames(count=10, channels=4, side=24):
    """A square that moves, half transparent on nothing."""
    made = np.zeros((count, side, side, channels), np.uint8)
    for place, frame in enumerate(made):
        frame[4:16, place : place + 12] = (200, 30, 60, 128)[:channels] if channels > 1 else 200
    return made


def shown(path, mode="RGBA"):
    with Image.open(path) as film:
        return [np.asarray(frame.convert(mode)) for frame in ImageSequence.Iterator(film)]


@pytest.mark.parametrize("kind", ["apng", "webp"])
@pytest.mark.parametrize("channels", [1, 3, 4])
def test_lossless_kinds_keep_every_pixel_and_its_alpha(tmp_path, kind, channels):
    made = frames(channels=channels)
    path = save_animation(made, tmp_path / f"a.{kind}", 25, text=TEXT)
    for frame, back in zip(made, shown(path), strict=True):
        full = (
            frame
            if channels == 4
            else np.concatenate([np.broadcast_to(frame, (24, 24, 3)), np.full((24, 24, 1), 255)], 2)
        )
        seen = full[..., 3] > 0
        np.testing.assert_array_equal(back[seen], full[seen])
        np.testing.assert_array_equal(back[..., 3], full[..., 3])


def test_a_gif_shows_what_is_half_covered_and_nothing_else(tmp_path):
    made = frames()
    path = save_animation(made, tmp_path / "a.gif", 25, text=TEXT)
    back = shown(path)
    assert len(back) == len(made)
    for frame, one in zip(made, back, strict=True):
        np.testing.assert_array_equal(one[..., 3] > 0, frame[..., 3] >= 128)  # no trail of the frames before
        covered = frame[..., 3] >= 128
        np.testing.assert_allclose(one[covered][:, :3], frame[covered][:, :3], atol=8)
    with Image.open(path) as film:
        assert (film.info["duration"], film.info["loop"]) == (40, 0)


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_a_webp_written_while_frames_come_is_the_same_file(tmp_path, channels):
    made = frames(count=40, channels=channels)
    whole = save_animation(made, tmp_path / "whole.webp", 30, xmp="<x/>")
    asked = []
    coming = (asked.append(place) or frame for place, frame in enumerate(made))
    piecewise = save_animation(coming, tmp_path / "piecewise.webp", 30, count=40, xmp="<x/>")
    assert piecewise.read_bytes() == whole.read_bytes()
    assert asked == list(range(40))


def test_frames_that_fail_leave_no_file(tmp_path):
    def failing():
        yield frames(1)[0]
        raise ValueError("no more")

    with pytest.raises(ValueError, match="no more"):
        save_animation(failing(), tmp_path / "a.webp", 25, count=2)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(("kind", "loop"), [("gif", False), ("apng", True), ("webp", False)])
def test_a_walk_that_does_not_loop_plays_once(tmp_path, kind, loop):
    path = save_animation(frames(), tmp_path / f"a.{kind}", 20, loop=loop)
    with Image.open(path) as film:
        times = {"gif": film.info.get("loop", 1), "apng": film.info.get("loop"), "webp": film.info.get("loop")}[kind]
    assert times == (0 if loop else 1)


def test_an_mp4_has_its_frames_on_a_background_and_its_text(tmp_path):
    av = pytest.importorskip("av")
    path = save_animation(frames(side=25), tmp_path / "a.mp4", 12.5, text=TEXT, background="#00ff00")
    with av.open(str(path)) as film:
        assert film.streams.video[0].average_rate == 12.5
        back = [frame.to_ndarray(format="rgb24") for frame in film.decode(video=0)]
    assert len(back) == 10
    assert back[0].shape == (26, 26, 3)
    np.testing.assert_allclose(back[0][22, 22], (0, 255, 0), atol=12)
    np.testing.assert_allclose(back[0][10, 4], (100, 142, 30), atol=24)  # half of the colour over green
    assert read_carried(path) == {"pinxit": TEXT["pinxit"]}
    assert comment_in(b"\0\0\0\0moov") == comment_in(b"") == ""


def test_numbered_pngs_are_written_into_a_folder(tmp_path):
    save_animation(frames(3), tmp_path / "one by one", 25, text=TEXT)
    paths = sorted((tmp_path / "one by one").iterdir())
    assert [path.name for path in paths] == ["00000.png", "00001.png", "00002.png"]
    np.testing.assert_array_equal(np.asarray(open_picture(paths[1])), frames(3)[1])
    assert read_text(paths[2])["pinxit"] == TEXT["pinxit"]
    assert read_text(paths[2])["Frame"] == "2"


@pytest.mark.parametrize("kind", ["gif", "apng"])
def test_texts_come_back(tmp_path, kind):
    assert read_carried(save_animation(frames(), tmp_path / f"a.{kind}", 25, text=TEXT))["pinxit"] == TEXT["pinxit"]


def test_times_add_up():
    assert durations(5, 25, 10) == [40] * 5
    assert sum(durations(90, 30, 10)) == 3000
    assert set(durations(90, 30, 10)) == {30, 40}


@pytest.mark.parametrize(
    ("name", "fps", "words"),
    [("a.gfi", 25, "Did you mean 'gif'"), ("a.png", 25, "apng"), ("a.gif", 100, "up to 50"), ("a.webp", 0, "came")],
)
def test_what_cannot_be_written_is_said(tmp_path, name, fps, words):
    with pytest.raises(UsageError, match=words):
        save_animation(frames(), tmp_path / name, fps)
    assert not list(tmp_path.iterdir())


def test_a_damaged_file_carries_nothing(tmp_path):
    path = save_animation(frames(), tmp_path / "a.gif", 25, text=TEXT)
    (tmp_path / "b.gif").write_bytes(path.read_bytes()[:10])
    with pytest.raises(PictureError):
        read_carried(tmp_path / "b.gif")

"""Films: steadier than frame by frame, without trails, with their sound; and no playlist is opened."""

import json

import numpy as np
import pytest
import torch

import pinxit
from pinxit.cli.commands import main
from pinxit.errors import PictureError
from pinxit.generation.filming import Steady, flicker
from pinxit.images.animation import read_carried

av = pytest.importorskip("av")
pytestmark = pytest.mark.filterwarnings("default::DeprecationWarning")


def frames(count=12, height=64, width=96, noise=4.0):
    """A disc that moves over a ground that stands still, filmed with the noise of a camera."""
    chance = np.random.RandomState(0)
    rows, columns = np.indices((height, width))
    ground = np.stack([rows * 3.0, columns * 2.0, 200 - rows], axis=-1) + chance.uniform(-30, 30, (height, width, 1))
    found = []
    for place in range(count):
        disc = np.hypot(rows - 32, columns - 14 - 6 * place) < 9
        picture = np.where(disc[..., None], (250, 240, 60), ground) + chance.normal(0, noise, (height, width, 3))
        found.append(picture.clip(0, 255).astype(np.uint8))
    return found


def film(path, *, sound="aac", turned=0):
    with av.open(str(path), "w") as made:
        track = made.add_stream("libx264" if path.suffix != ".avi" else "mpeg4", rate=10)
        shown = frames()
        track.height, track.width, track.pix_fmt = *shown[0].shape[:2], "yuv420p"
        heard = made.add_stream(sound, rate=44100) if sound else None
        for frame in shown:
            made.mux(track.encode(av.VideoFrame.from_ndarray(frame, format="rgb24")))
        made.mux(track.encode())
        if heard is not None:
            tone = (np.sin(np.arange(44100) * 0.06) * 9000).astype(np.int16)
            for start in range(0, 44100 - 1024, 1024):
                one = av.AudioFrame.from_ndarray(tone[None, start : start + 1024], format="s16", layout="mono")
                one.sample_rate, one.pts = 44100, start
                made.mux(heard.encode(one))
            made.mux(heard.encode())
    return path


def harsh(frame):
    """A painter that makes much of little: noise becomes strokes."""
    return torch.tanh(8 * (frame - torch.nn.functional.avg_pool2d(frame, 3, 1, 1)))


def painted(strength):
    steady = Steady(harsh, strength)
    shown = [torch.from_numpy(frame).permute(2, 0, 1)[None] / 127.5 - 1 for frame in frames()]
    return [((steady(frame)[0].permute(1, 2, 0).numpy() + 1) * 127.5).astype(np.uint8) for frame in shown]


def test_it_flickers_less_than_frame_by_frame_and_leaves_no_trail():
    alone, steadied = painted(0.0), painted(0.8)
    assert flicker(steadied, frames()) < 0.5 * flicker(alone, frames())
    rows, columns = np.indices((64, 96))
    disc = np.hypot(rows - 32, columns - 14 - 6 * 11) < 6  # where it is now the new frame counts alone
    assert np.abs(steadied[11].astype(int) - alone[11])[disc].mean() < 12


@pytest.mark.parametrize(
    ("name", "sound", "kept"), [("clip.mp4", "aac", "aac"), ("clip.avi", "pcm_s16le", "aac"), ("clip.mkv", None, None)]
)
def test_a_film_is_painted_with_its_sound(model, tmp_path, name, sound, kept):
    out = tmp_path / "made.mp4"
    assert pinxit.restyle_film(film(tmp_path / name, sound=sound), model, out, "wave", size=48)
    with av.open(str(out)) as made:
        shown = [frame.to_ndarray(format="rgb24") for frame in made.decode(video=0)]
        assert len(shown) == 12
        assert shown[0].shape == (32, 48, 3)
        assert float(made.streams.video[0].average_rate) == pytest.approx(10, rel=0.01)
        assert [one.codec_context.name for one in made.streams.audio] == ([kept] if kept else [])
    if kept:
        with av.open(str(out)) as made:
            heard = sum(frame.samples for frame in made.decode(audio=0))
        assert heard == pytest.approx(43008, abs=4096)
    told = json.loads(read_carried(out)["pinxit"])
    assert told["styles"] == [{"name": "wave", "weight": 1.0}]
    assert told["settings"]["steady"] == 0.8
    assert [path.name for path in tmp_path.iterdir() if path.suffix == ".tmp"] == []


def test_as_it_is_typed_and_what_is_refused(model, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "list.mp4").write_text("#EXTM3U\n#EXTINF:1,\nfile:///etc/hostname\n")
    (tmp_path / "cut.mp4").write_bytes(film(tmp_path / "clip.mp4").read_bytes()[:900])
    with pytest.raises(PictureError, match="no MP4, MOV"):
        pinxit.restyle_film("list.mp4", model, tmp_path / "x.mp4", "wave")
    assert main(["style", "clip.mp4", "--with", str(model.path), "--style-name", "wave", "--steady", "0.5"]) == 0
    assert (tmp_path / "made" / "clip-wave.mp4").exists()
    capsys.readouterr()
    for wrong, told in [
        (["cut.mp4", "--with", str(model.path), "--style-name", "wave"], "cannot be used"),
        (["none.mp4", "--with", str(model.path), "--style-name", "wave"], "there is no such file"),
        (["clip.mp4", "painting.jpg"], "A film is painted in a manner that was learned"),
        (["clip.mp4", "wave", "--with", str(model.path), "--steady", "2"], "steady"),
        (["photo.png", "wave", "--with", str(model.path), "--steady", "0.5"], "stands still"),
    ]:
        assert main(["style", *wrong]) in (1, 2), wrong
        assert told in capsys.readouterr().err, wrong
    assert not (tmp_path / "x.mp4").exists()

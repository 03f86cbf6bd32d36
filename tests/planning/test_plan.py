"""What a plan chooses, with speeds put in instead of measured: the decisions are the same on every machine."""

import io
from math import inf

import pytest
from PIL import Image

from pinxit.data.picture_folder import Picture, PictureSource
from pinxit.errors import UsageError
from pinxit.families.catalog import families, find_family
from pinxit.planning.choices import Candidate, candidates, look_at, pictures_for, rhythm, round_down
from pinxit.planning.plan import MOST_MEASURED, choose, longer, make_plan, with_larger_batch
from pinxit.planning.speed import room_on_cpu, usual
from pinxit.settings import resolve, to_json
from pinxit.training.device import resolve_machine
from pinxit.training.pace import Schedules

PLAIN = {"device": "cpu", "precision": "float32", "threads": 2}


def pictures(side: int, count: int = 40) -> PictureSource:
    """Plain pictures, not square, whose shorter side is `side`."""
    buffer = io.BytesIO()
    Image.new("RGB", (2 * side, side), "teal").save(buffer, "PNG")
    content = buffer.getvalue()
    return PictureSource("plain", [Picture(f"{number}.png", lambda: content) for number in range(count)])


@pytest.fixture(autouse=True)
def _room_enough(monkeypatch):
    """Decisions do not hang on how much this process happened to use before."""
    monkeypatch.setattr("pinxit.planning.plan.room_on_cpu", lambda: inf)


class Machine:
    """A machine that does so many pixels a second, whatever the networks."""

    def __init__(self, at_64: float):
        self.pixels, self.asked = at_64 * 64 * 64, []

    def __call__(self, settings) -> float:
        self.asked.append(settings.size)
        return self.pixels / (settings.size[0] * settings.size[1])


def planned(minutes, *, at_64=50.0, side=512, family="projected", preset=None, machine=None, **given):
    machine = machine or Machine(at_64)
    return make_plan(
        pictures(side), find_family(family), preset, {**PLAIN, "minutes": minutes, **given}, measure=machine
    )


def said(plan) -> str:
    return " ".join(plan.reasons)


@pytest.mark.parametrize(
    ("minutes", "at_64", "size"),
    [(5, 50, 64), (20, 50, 64), (120, 50, 96), (8 * 60, 50, 128), (20, 5000, 256), (8 * 60, 20_000, 256)],
)
def test_the_size_grows_with_time_and_speed(minutes, at_64, size):
    plan = planned(minutes, at_64=at_64)
    assert plan.settings.size == (size, size)
    assert f"Size {size}x{size}" in said(plan)
    assert plan.preset == "quick"
    if size < 256:
        assert "(estimated by the number of pixels); crisp ones are assumed to want" in said(plan)


@pytest.mark.parametrize(("side", "size"), [(300, 256), (96, 96), (90, 64), (64, 64), (50, 48), (28, 28), (20, 20)])
def test_never_larger_than_the_pictures(side, size):
    plan = planned(8 * 60, at_64=100_000, side=side)
    assert plan.settings.size == (size, size)
    find_family("projected").fits(*plan.settings.size)


@pytest.mark.parametrize("family", [name for name, family in families().items() if family.paints_from != "picture"])
def test_larger_sizes_take_the_larger_preset(family):
    """On a GPU: on a processor a plan never takes them by itself."""
    found = find_family(family)
    rows = candidates(found, None, {}, 512, "cuda")
    place, _ = choose(found, rows, 8 * 3600, Machine(100_000))
    assert (rows[place].preset, rows[place].settings.size) == ("studio", (512, 512))
    assert rows[place].settings.latents == found.presets["studio"].latents
    place, _ = choose(found, rows, 180, Machine(10))
    assert (rows[place].preset, rows[place].settings.size) == ("quick", (64, 64))
    assert planned(8 * 60, at_64=100_000, family=family).preset == "quick"


def test_the_size_is_no_choice_where_pictures_of_any_size_are_painted():
    rows = candidates(find_family("fast_style"), None, {}, 512, "cuda")
    assert [(row.preset, row.settings.size) for row in rows] == [("quick", (256, 256)), ("studio", (256, 256))]


def test_what_memory_cannot_hold_is_not_tried():
    found, machine = find_family("projected"), Machine(100_000)
    rows = [Candidate(row.preset, resolve_machine(row.settings)) for row in candidates(found, None, PLAIN, 512, "cpu")]
    place, measured = choose(found, rows, 8 * 3600, machine, room=lambda: 3.0)
    assert rows[place].settings.size == (96, 96)
    assert measured[place + 1] == 0
    assert machine.asked == [(64, 64), (96, 96)]
    assert room_on_cpu() > 0


def test_what_a_person_set_is_kept_and_said():
    plan = planned(20, size=(96, 64), batch="16", burn_in=7, augment=0.4, family="r3gan")
    assert (plan.settings.size, plan.settings.batch, plan.settings.burn_in, plan.settings.augment) == (
        (96, 64),
        16,
        7,
        0.4,
    )
    assert "Kept as you set it: precision, threads, size, batch, burn-in, augment." in said(plan)
    assert plan.settings.ema_half_life == pytest.approx(0.05 * plan.seen)


def test_the_model_to_go_on_from_decides_size_and_networks():
    fixed = {"size": (32, 32), "width": 17}
    plan = make_plan(
        pictures(512), find_family("projected"), None, {**PLAIN, "minutes": 20}, fixed, measure=Machine(5000)
    )
    assert (plan.settings.size, plan.settings.width) == ((32, 32), 17)
    assert "those of the model to go on from" in said(plan)
    assert "width" not in plan.schedules.kept


def test_no_memory_for_anything_is_said():
    with pytest.raises(UsageError, match="not enough memory"):
        planned(20, machine=lambda settings: 0.0)


def test_a_preset_that_was_named_keeps_its_size_and_networks_and_its_schedules_fit():
    plan = planned(20, preset="studio", family="r3gan")
    row = find_family("r3gan").presets["studio"]
    assert (plan.settings.size, plan.settings.width, plan.settings.batch) == (row.size, row.width, row.batch)
    assert plan.settings.burn_in == round(0.75 * plan.seen) < row.burn_in


def test_a_size_that_was_named_may_still_choose_the_preset():
    found = find_family("projected")
    rows = candidates(found, None, {"size": (256, 256)}, 512, "cuda")
    assert [row.preset for row in rows] == ["quick", "studio"]
    assert [rows[choose(found, rows, 3600, Machine(speed))[0]].preset for speed in (50, 10_000)] == ["quick", "studio"]
    assert [row.preset for row in candidates(found, None, {"size": (128, 128)}, 512, "cuda")] == ["quick"]
    assert planned(24 * 60, size=(256, 256), at_64=10_000).preset == "quick"


def test_seen_that_was_named_is_what_schedules_are_made_for():
    plan = planned(20, seen=5000, family="r3gan")
    assert (plan.settings.seen, plan.settings.burn_in) == (5000, 300_000)
    assert "as you said" in said(plan)


@pytest.mark.parametrize("family", sorted(families()))
@pytest.mark.parametrize("seen", [1, 500, 60_000, 400_000])
def test_every_schedule_of_every_family_is_over_in_time(family, seen):
    found = find_family(family)
    settings = resolve(found.settings, {"size": 64}, family=family)
    fitted = Schedules.of(found.schedules, settings, []).fitted(settings, seen)
    assert fitted.seen == seen
    assert fitted.ema_half_life <= max(1, 0.05 * seen)
    if family == "r3gan":
        assert fitted.burn_in <= max(1, 0.75 * seen)
    resolve(found.settings, fitted.model_dump(), family=family)  # and it is a sound declaration


def test_fitting_again_begins_from_the_preset():
    found = find_family("r3gan")
    settings = found.presets["quick"]
    schedules = Schedules.of(found.schedules, settings, [])
    short = schedules.fitted(settings, 1000)
    assert schedules.fitted(short, 10_000_000).burn_in == 300_000
    again = Schedules.from_json(schedules.to_json(), found.schedules, settings)
    assert again == schedules


@pytest.mark.parametrize("stored", [None, 3, {}, {"kept": 3, "usual": {}}, {"kept": [], "usual": {"sizze": 3}}])
def test_a_damaged_plan_is_no_plan(stored):
    found = find_family("r3gan")
    settings = found.presets["quick"]
    assert Schedules.from_json(stored, found.schedules, settings) is None
    assert longer(found, settings, stored, 100, 10.0) == (settings, None)


def test_a_measurement_that_contradicts_the_guess_wins():
    class Bumpy(Machine):
        def __call__(self, settings) -> float:
            speed = super().__call__(settings)
            return speed if settings.size == (64, 64) else speed / 10

    machine = Bumpy(1000)
    plan = planned(60, machine=machine)
    assert plan.settings.size == (64, 64)
    assert len(machine.asked) == MOST_MEASURED
    small = planned(60, machine=lambda settings: 1000.0 if settings.size == (64, 64) else 0.0)  # no memory for more
    assert small.settings.size == (64, 64)


def test_the_time_is_used_for_pictures():
    plan = planned(20, at_64=50)
    assert plan.seen == pytest.approx(20 * 60 * 50, rel=0.05)
    assert plan.settings.seen == plan.seen


def test_too_little_time_is_said_and_so_is_too_much():
    assert "Expect rough shapes" in said(planned(5, at_64=5))
    assert "more than these networks are known to need" in said(planned(400 * 24 * 60))
    short = planned(1 / 12)
    assert (short.seen, short.speed) == (None, None)
    assert "5s is too short" in said(short)
    assert short.settings.size == (64, 64)


def test_previews_come_neither_never_nor_by_the_thousand():
    quick = find_family("projected").presets["quick"]
    assert rhythm(quick, 3000, 50, {})["preview_every"] == 200
    for seen, speed in ((60_000, 50), (1_500_000, 50), (80_000_000, 3000), (800_000_000, 24)):
        chosen = rhythm(quick, seen, speed, {})
        assert chosen["preview_every"] <= max(900 * speed, 10_000)
        assert seen / chosen["checkpoint_every"] <= 400 or chosen["checkpoint_every"] >= 400 * speed
    assert "preview_every" not in rhythm(quick, 3000, 50, {"preview_every": 1})
    assert [round_down(value) for value in (0.2, 1, 9, 37, 3700)] == [1, 1, 5, 20, 2000]


def test_a_gpu_takes_the_batch_it_is_quickest_with():
    rows = candidates(find_family("projected"), "quick", PLAIN, 64, "cuda")
    sped = {32: 1000.0, 64: 1900.0, 128: 2000.0}
    chosen, speed = with_larger_batch(rows[0], 1000.0, 3600, lambda settings: sped[settings.batch])
    assert (chosen.settings.batch, speed) == (64, 1900.0)
    chosen, _ = with_larger_batch(rows[0], 1000.0, 100, lambda settings: sped[settings.batch])
    assert chosen.settings.batch == 32, "too few steps would be left"
    chosen, _ = with_larger_batch(rows[0], 1000.0, 3600, lambda settings: 0.0)
    assert chosen.settings.batch == 32, "no memory for more"


def test_a_size_the_family_cannot_have_is_refused():
    with pytest.raises(UsageError, match="64x64"):
        planned(20, size=(63, 63))


def test_pictures_are_looked_at_through_their_headers():
    assert look_at(pictures(77)).side == 77
    assert look_at(pictures(77, count=700)).count == 630
    broken = PictureSource("broken", [Picture("x.png", lambda: b"no picture")] * 3)
    assert look_at(broken).side is None


def test_larger_pictures_want_more():
    family = find_family("projected")
    small, large = (Candidate(None, family.settings(size=side)) for side in ((64, 64), (128, 128)))
    assert pictures_for(family, large) == 2 * pictures_for(family, small) == 2 * family.crisp


def test_one_step_beside_a_busy_neighbour_does_not_count_much():
    assert usual([0.5, 0.5, 1.5, 0.5]) == pytest.approx(0.75), "a penalty counts in full"
    assert usual([0.5, 0.5, 11.0, 0.5, 0.5]) == pytest.approx(0.8)


def test_a_longer_run_gets_new_schedules():
    found = find_family("r3gan")
    settings = found.presets["quick"].model_copy(update={"minutes": 10.0})
    stored = Schedules.of(found.schedules, settings, []).to_json()
    settings = settings.model_copy(update={"minutes": 20.0, "seen": 10_000, "burn_in": 7_500})
    twice, told = longer(found, settings, stored, 10_000, 600)
    assert (twice.seen, twice.burn_in) == (20_000, 15_000)
    assert "20,000" in told
    assert longer(found, settings.model_copy(update={"plan": False}), stored, 10_000, 600)[1] is None
    by_pictures, _ = longer(found, settings.model_copy(update={"minutes": None, "seen": 40_000}), stored, 10_000, 600)
    assert by_pictures.burn_in == 30_000


def test_a_plan_is_told_to_people_and_to_programs():
    plan = planned(20)
    lines = " ".join(plan.lines())
    assert "1.1 x 1.1 cm at 150 dpi, 0.5 x 0.5 cm at 300 dpi" in lines
    assert "seen about" in lines
    assert "first preview" in lines
    told = plan.to_json()
    assert told["settings"] == to_json(plan.settings, "projected")["settings"]
    assert told["seen"] == plan.seen

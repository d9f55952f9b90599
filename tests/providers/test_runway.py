"""Runway: what goes together, what is refused before money is spent, and how it is put on the wire."""

from collections.abc import Callable
from typing import Any

import pytest

from bot.config import ConfigurationError, load
from bot.demo.simulator import runway_rules as rules
from bot.errors import Invalid
from bot.provider import Given
from bot.providers.runway import RunwayOptions, choose, models
from bot.providers.runway.declared import RUNWAY, VERSION
from bot.providers.runway.official import Act, ImageToVideo, Restyle
from bot.providers.runway.reverse import ProRestyle, TasksVideo
from bot.sniff import MP4, PNG
from bot.wire import Call

LINK, OTHER = "https://cdn.example/a.png", "https://cdn.example/b.png"
OFFICIAL, PRO, TASKS = RunwayOptions(), RunwayOptions(form="pro"), RunwayOptions(form="tasks")
BARE = RunwayOptions(endpoints="")
LONG = "é" * 1001


def sentence(asking: Callable[[], object]) -> str:
    with pytest.raises(Invalid) as caught:
        asking()
    return str(caught.value.text)


@pytest.mark.parametrize(
    ("options", "pictures", "chosen", "said"),
    [
        (OFFICIAL, "", {}, "Say with `prompt` what the video shows, or give an `image`."),
        (OFFICIAL, "", {"prompt": " "}, "Say with `prompt` what the video shows, or give an `image`."),
        (OFFICIAL, "image", {"model": "gen4.5"}, "gen4.5 needs a `prompt`."),
        (OFFICIAL, "", {"model": "gen4_turbo", "prompt": "x"},
         "gen4_turbo begins with a picture: give an `image`, or choose another model "
         "(gen4.5, veo3, veo3.1, veo3.1_fast)."),
        (OFFICIAL, "image end_image", {},
         "gen4_turbo cannot end with a picture: leave `end_image` out, or choose another model "
         "(gen3a_turbo, veo3.1, veo3.1_fast)."),
        (OFFICIAL, "end_image", {"model": "veo3.1"}, "veo3.1 needs an `image` to begin with, too."),
        (OFFICIAL, "image", {"ratio": "16:9"},
         "gen4_turbo does not make 16:9. It makes: 1280:720, 720:1280, 1104:832, 832:1104, 960:960, 1584:672."),
        (OFFICIAL, "", {"prompt": "x", "ratio": "960:960"}, "gen4.5 does not make 960:960. It makes: 1280:720, "
         "720:1280."),
        (OFFICIAL, "image", {"ratio": "wide"}, "`ratio` must be written like 16:9 or 1280:720."),
        (OFFICIAL, "image", {"model": "new", "ratio": "wide"}, "`ratio` must be written like 16:9 or 1280:720."),
        (OFFICIAL, "image", {"duration": 11},
         "gen4_turbo makes no videos of 11 seconds. It makes: 2, 3, 4, 5, 6, 7, 8, 9, 10 seconds."),
        (OFFICIAL, "", {"model": "veo3", "prompt": "x", "duration": 5},
         "veo3 makes no videos of 5 seconds. It makes: 8 seconds."),
        (OFFICIAL, "image", {"audio": True}, "`audio` works with veo3, veo3.1, veo3.1_fast only, not with gen4_turbo."),
        (OFFICIAL, "image", {"negative_prompt": "rain"},
         "`negative_prompt` works with veo3, veo3.1, veo3.1_fast only, not with gen4_turbo."),
        (OFFICIAL, "image", {"style": "cinematic"},
         "`style` cannot be chosen on this bot's relay: leave it out."),
        (OFFICIAL, "image", {"prompt": LONG},
            "gen4_turbo reads prompts of at most 1000 characters; this one has 1001."),
        (BARE, "", {"prompt": "x"}, "This bot's relay makes videos from pictures only: give an `image`."),
        (PRO, "", {"style": "x"}, "Say with `prompt` what the video shows, or give an `image`."),
        (PRO, "image end_image", {}, "This relay's videos cannot end with a picture: leave `end_image` out."),
        (PRO, "image", {"seed": 7}, "`seed` cannot be chosen on this bot's relay: leave it out."),
        (PRO, "image", {"ratio": "1:1"}, "gen3 does not make 1:1. It makes: 16:9, 9:16."),
        (PRO, "image", {"duration": 7}, "gen3 makes no videos of 7 seconds. It makes: 5, 10 seconds."),
        (PRO, "image", {"motion": "x=1"}, "`motion` works with gen2 only, not with gen3."),
        (PRO, "image", {"model": "gen2", "motion": "left"},
         "Write `motion` like x=2 z=-1.5. It has: x, y, z, r, bg_x_pan, bg_y_pan."),
        (PRO, "image", {"model": "gen2", "motion": "q=1"},
         "Write `motion` like x=2 z=-1.5. It has: x, y, z, r, bg_x_pan, bg_y_pan."),
        (TASKS, "image end_image", {}, "This relay takes one picture only: `image` or `end_image`."),
        (TASKS, "", {"prompt": "x", "model": "gen3a_turbo"},
         "gen3a_turbo begins with a picture: give an `image`, or choose another model (europa, gen3a, gen2)."),
        (TASKS, "image", {"model": "gen2", "ratio": "16:9"}, "gen2 has no `ratio`: leave it out."),
        (TASKS, "image", {"duration": 4}, "europa makes no videos of 4 seconds. It makes: 5, 10 seconds."),
        (TASKS, "image", {"model": "new", "ratio": "4:3"},
         "Write `ratio` in pixels on this relay, such as 1280:768."),
    ],
)  # fmt: skip
def test_no_such_video(options: RunwayOptions, pictures: str, chosen: dict[str, Any], said: str) -> None:
    assert sentence(lambda: choose.video(options, chosen, set(pictures.split()))) == said


@pytest.mark.parametrize(
    ("asking", "said"),
    [
        (lambda: choose.restyle(BARE, {"prompt": "x"}), "This bot's relay is not set up for that."),
        (lambda: choose.restyle(OFFICIAL, {"prompt": "x", "ratio": "5:4"}),
         "aleph2 does not make 5:4. It makes: 16:9, 4:3, 3:2, 1:1, 2:3, 3:4, 9:16, 21:9."),
        (lambda: choose.restyle(OFFICIAL, {"model": "gen4_aleph"}), "gen4_aleph needs a `prompt`."),
        (lambda: choose.restyle(OFFICIAL, {"model": "gen4_aleph", "prompt": "x"}, {"image", "image2"}),
         "gen4_aleph follows one picture, from the beginning: leave the others and `at` out."),
        (lambda: choose.restyle(OFFICIAL, {"at": 1.0}), "`at` is there without a picture: give `image`, too."),
        (lambda: choose.restyle(OFFICIAL, {"at": 1.0}, {"image", "image2"}),
         "Say with `at2` at which second the video is to look like `image2`."),
        (lambda: choose.restyle(OFFICIAL, {"at": 1.0, "at2": 1.0}, {"image", "image2"}),
         "Every picture needs a second of its own."),
        (lambda: choose.restyle(PRO, {"prompt": "x"}, {"image"}),
         "`image` cannot be chosen on this bot's relay: leave it out."),
        (lambda: choose.restyle(PRO, {}), "Say with `prompt` what the video is to become."),
        (lambda: choose.restyle(TASKS, {"prompt": "x", "model": "gen2"}),
         "gen2 does not restyle videos. These do: europa, gen3a."),
        (lambda: ProRestyle.make(prompt="x", seconds=10.5),
         "gen3 restyles videos of at most 10 seconds; this one has 10.5."),
        (lambda: choose.act(OFFICIAL, {}, set()),
         "Say who is to perform: give either an `image` or a video as `character`."),
        (lambda: choose.act(OFFICIAL, {}, {"image", "character"}),
         "Say who is to perform: give either an `image` or a video as `character`."),
        (lambda: choose.act(BARE, {}, {"image"}), "This bot's relay is not set up for that."),
        (lambda: choose.act(TASKS, {}, {"image"}), "This bot's relay is not set up for that."),
        (lambda: choose.act(PRO, {}, {"character"}), "On this relay only a picture can perform: give an `image`."),
        (lambda: choose.act(PRO, {"seed": 1}, {"image"}), "`seed` cannot be chosen on this bot's relay: leave it out."),
        (lambda: choose.act(OFFICIAL, {"ratio": "16:9"}, {"image"}),
         "act_two does not make 16:9. It makes: 1280:720, 720:1280, 1104:832, 832:1104, 960:960, 1584:672."),
        (lambda: choose.image(OFFICIAL, {"prompt": "x", "model": "gen4_image_turbo"}, set()),
         "gen4_image_turbo needs one to three pictures: give an `image`, or choose another model."),
        (lambda: choose.image(OFFICIAL, {"prompt": "x", "tag2": "hero"}, {"image"}),
         "`tag2` is there without a picture: give `image2`, too."),
        (lambda: choose.image(OFFICIAL, {"prompt": "x", "tag": "9a"}, {"image"}),
         "A tag has 3 to 16 letters and digits and begins with a letter: “9a” cannot be one."),
        (lambda: choose.image(OFFICIAL, {"prompt": "x", "tag": "hero", "tag2": "@hero"}, {"image", "image2"}),
         "Every picture needs a tag of its own."),
        (lambda: choose.image(BARE, {"prompt": "x"}, set()), "This bot's relay is not set up for that."),
        (lambda: choose.upscale(OFFICIAL, {}, set()), "Give what is to be larger: either a `video` or an `image`."),
        (lambda: choose.upscale(OFFICIAL, {"scale": 2}, {"video"}), "`scale` goes with a picture only: leave it out."),
        (lambda: choose.upscale(OFFICIAL, {"creativity": 2}, {"image"}),
         "`creativity` goes with a video only: leave it out."),
        (lambda: choose.upscale(OFFICIAL, {"model": "upscale_v1", "sharpen": 5}, {"video"}),
         "upscale_v1 has no `sharpen`: leave it out, or choose another model."),
        (lambda: choose.upscale(OFFICIAL, {"flavor": "vivid"}, {"image"}),
         "`flavor` must be one of: sublime, photo, photo_denoiser."),
        (lambda: choose.upscale(OFFICIAL, {"flavor": "photo"}, {"video"}), "`flavor` must be one of: vivid, natural."),
    ],
)  # fmt: skip
def test_nothing_else_of_the_kind(asking: Callable[[], object], said: str) -> None:
    assert sentence(asking) == said


def test_files_are_measured_before_they_are_sent() -> None:
    picture, video = Given(PNG, 4_000_000), Given(MP4, 13_000_000, seconds=20.0)
    assert sentence(lambda: ImageToVideo.check_input("image", picture, OFFICIAL)) == (
        "Runway takes pictures of at most 3.75 MiB here."
    )
    assert sentence(lambda: Restyle.check_input("video", video, OFFICIAL)) == (
        "Runway takes videos of at most 12 MiB here."
    )
    links = RunwayOptions(files="url")
    assert ImageToVideo.check_input("image", picture, links) == Restyle.check_input("video", video, links) == {}
    assert TasksVideo.check_input("image", picture, TASKS) == {}
    assert ProRestyle.check_input("video", video, PRO) == {"seconds": 20.0}


@pytest.mark.parametrize("seconds", [2.9, 30.1])
def test_a_performance_has_its_length(seconds: float) -> None:
    given = Given(MP4, 1000, seconds=seconds)
    said = sentence(lambda: Act.check_input("performance", given, OFFICIAL))
    assert said == f"The performance must be 3 to 30 seconds long; this one has {seconds:g}."
    assert Act.check_input("character", given, OFFICIAL) == {}


def test_every_offered_combination_is_one_that_the_wire_takes() -> None:
    for name, model in models.OFFICIAL.items():
        for ratio in (*model.ratios, *model.also):
            for seconds in model.seconds:
                chosen = {"model": name, "prompt": "x", "ratio": ratio, "duration": seconds}
                asked = choose.video(OFFICIAL, chosen, {"image"})
                body = type(asked).make(**asked.model_dump(exclude_none=True), image=LINK).body()
                assert rules.image_to_video(body) == ""
                if ratio in (model.words or ()):
                    assert rules.text_to_video(choose.video(OFFICIAL, chosen, set()).body()) == ""


def test_a_model_that_no_table_knows_is_left_to_the_relay() -> None:
    chosen = {"model": "seedance2", "prompt": "x" * 3500, "ratio": "1248:704", "duration": 12, "audio": True}
    asked = choose.video(OFFICIAL, chosen, {"image", "end_image"})
    both = type(asked).make(**asked.model_dump(exclude_none=True), image=LINK, end_image=OTHER)
    placed = [{"uri": LINK, "position": "first"}, {"uri": OTHER, "position": "last"}]
    assert both.body() == {
        "model": "seedance2", "promptText": "x" * 3500, "ratio": "1248:704", "duration": 12, "audio": True,
        "promptImage": placed,
    }  # fmt: skip


def test_what_must_be_said_is_said_although_nobody_chose_it() -> None:
    first = choose.video(OFFICIAL, {"prompt": "x"}, set()).body()
    assert first == {"model": "gen4.5", "promptText": "x", "ratio": "1280:720", "duration": 5}
    second = choose.video(RunwayOptions(public_figures="low", model="gen3a_turbo"), {}, {"image"}).body()
    moderation = {"publicFigureThreshold": "low"}
    assert second == {
        "model": "gen3a_turbo", "ratio": "1280:768", "promptImage": None, "contentModeration": moderation,
    }  # fmt: skip


def test_where_each_form_begins() -> None:
    chosen = RunwayOptions(prefix="/vip", official_path="/runway-api", reverse_path="/runway/v1")
    asked = choose.video(chosen, {}, {"image"})
    assert asked.route(chosen) + asked.path == "/vip/runway-api/v1/image_to_video"
    pro = choose.video(PRO, {"prompt": "x"}, set())
    assert pro.route(chosen) + pro.path == "/vip/runway/v1/pro/generate"
    assert asked.call().headers == VERSION and asked.call().paid


def test_a_task_is_cancelled_by_its_id() -> None:
    assert RUNWAY.cancel is not None
    cancel = RUNWAY.cancel("a/b")
    assert cancel == Call("DELETE", "/v1/tasks/a%2Fb", headers=VERSION, one=True, coded=True, timeout=30.0)


def test_a_task_without_a_seed_is_left_without_one() -> None:
    options = TasksVideo.make(model="europa", prompt="x").body()["options"]
    assert options["name"] == "Gen-3 Alpha" and "seed" not in options


@pytest.mark.parametrize(
    "setting", [{"RUNWAY_ENDPOINTS": "video_to_video,x"}, {"RUNWAY_FORM": "x"}, {"RUNWAY_END_FRAME": "a b"}]
)
def test_settings_that_make_no_sense(setting: dict[str, str]) -> None:
    known = {"DISCORD_TOKEN": "t", "RELAY_URL": "http://relay.example", "RELAY_KEY": "k"}
    with pytest.raises(ConfigurationError) as caught:
        load({**known, **setting}, env_file=None)
    assert [problem.partition(":")[0] for problem in caught.value.problems] == list(setting)

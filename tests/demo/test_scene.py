"""How the simulator's landscapes are drawn."""

from PIL import Image, ImageChops

from bot.demo.simulator.pictures import Scene, _light

SIZE = (96, 54)
"""Small, and its lowest five lines show nothing but hills."""


def test_the_hills_move_and_every_moment_always_looks_the_same() -> None:
    scene = Scene("5ebbe2a2", SIZE)
    scene.glows = []
    early, late = scene.frame(0.0), scene.frame(1.0)
    changed = ImageChops.difference(early, late).crop((0, SIZE[1] - 5, *SIZE)).getbbox()
    assert changed is not None
    assert scene.frame(0.0).tobytes() == early.tobytes()


def test_a_light_is_as_strong_as_it_is_told_to_be_and_fades() -> None:
    whole, half = (lit(power) for power in (1.0, 0.5))
    assert whole[0] > whole[1] > whole[2] == 0
    assert abs(half[0] - whole[0] / 2) <= 1


def lit(power: float) -> bytes:
    """How bright a black picture becomes: in the middle of a light, within it, and outside of it."""
    picture = Image.new("RGB", (64, 64))
    _light(picture, (32, 32), 20, (255, 255, 255), power, 0.7)
    row = picture.convert("L").crop((0, 32, 64, 33)).tobytes()
    return bytes(row[x] for x in (32, 42, 60))

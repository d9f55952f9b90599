"""Short tunes computed from a seed: a score of twelve instruments, and its sound as 16-bit mono samples.

A tune goes round without end, so that any stretch of it can be cut out. It uses nothing but the standard library and is
quick: every different note is computed once, and the voices are mixed for one round only.
"""

import math
import random
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import add

RATE = 16_000  # a whole number of samples in a hundredth of a second
ROUND = 32  # beats: eight bars of four
TABLE = 1024
FINE = 1 << 16  # parts of a place in the table
LOUD = 7_500  # peak of one voice; four of them stay below the limit of 16 bits
KICK, SNARE, HAT, CRASH = 36, 38, 42, 49
SCALES = ((0, 2, 4, 5, 7, 9, 11), (0, 2, 3, 5, 7, 8, 10))
PROGRESSIONS = ((0, 4, 5, 3), (0, 5, 3, 4), (5, 3, 0, 4), (0, 3, 4, 3), (0, 2, 3, 4))
RHYTHMS = ((1, 0.5, 0.5, 2), (0.5, 0.5, 1, 1, 1), (2, 1, 1), (1.5, 0.5, 1, 1), (1, 1, 0.5, 0.5, 1))

# strength of the harmonics
TIMBRES: dict[str, tuple[float, ...]] = {
    "voice": (1, 0.45, 0.28, 0.12),
    "soft": (1, 0.12, 0.05),
    "deep": (1, 0.5, 0.1),
    "reed": (1, 0, 0.5, 0, 0.3, 0, 0.15),
    "bright": (1, 0.6, 0.45, 0.3, 0.2, 0.12),
}

# part of the score, timbre, semitones above what is written
INSTRUMENTS: dict[str, tuple[str, str, int]] = {
    "vocals": ("melody", "voice", 0),
    "backing_vocals": ("harmony", "voice", 0),
    "drums": ("drums", "", 0),
    "bass": ("bass", "deep", 0),
    "guitar": ("arpeggio", "bright", 0),
    "keyboard": ("chords", "soft", 0),
    "percussion": ("shaker", "", 0),
    "strings": ("chords", "bright", 12),
    "synth": ("arpeggio", "reed", 12),
    "fx": ("crashes", "", 0),
    "brass": ("harmony", "bright", -12),
    "woodwinds": ("melody", "reed", 12),
}
BAND = ("bass", "keyboard", "drums")
MIXES: dict[str, tuple[str, ...]] = {"song": ("vocals", *BAND), "instrumental": BAND}
VOICES = (*INSTRUMENTS, *MIXES)


@dataclass(frozen=True, slots=True)
class Note:
    """What sounds together: begin and length in beats, MIDI pitches (drums: MIDI's numbers of drums)."""

    start: float
    beats: float
    pitches: tuple[int, ...]


class Score:
    """All parts of one round; `beat` is the number of samples of a beat."""

    def __init__(self, seed: str) -> None:
        dice = random.Random(seed)
        self.beat = round(RATE * 60 / dice.randint(96, 138))
        self.root = dice.randint(55, 64)
        self.scale = dice.choice(SCALES)
        chords = dice.choice(PROGRESSIONS) * 2
        melody = [note for bar, degree in enumerate(chords) for note in self._phrase(dice, bar, degree)]
        self.parts: dict[str, list[Note]] = {
            "melody": melody,
            "harmony": [Note(note.start, note.beats, (note.pitches[0] - 5,)) for note in melody],
            "bass": self._bass(dice, chords),
            "chords": [Note(2 * half, 2, self._chord(chords[half // 2])) for half in range(2 * len(chords))],
            "arpeggio": [
                Note(4 * bar + step / 2, 0.5, (self._chord(degree)[(0, 1, 2, 1)[step % 4]],))
                for bar, degree in enumerate(chords)
                for step in range(8)
            ],
            "drums": _beats(dice),
            "shaker": [Note(step / 2, 0.25, (HAT,)) for step in range(2 * ROUND)],
            "crashes": [Note(at, 2, (CRASH,)) for at in (0, 16)],
        }

    def _pitch(self, degree: int) -> int:
        return self.root + 12 * (degree // 7) + self.scale[degree % 7]

    def _chord(self, degree: int) -> tuple[int, ...]:
        return tuple(self._pitch(degree + step) for step in (0, 2, 4))

    def _phrase(self, dice: random.Random, bar: int, degree: int) -> list[Note]:
        """One bar of melody: it begins on the chord and moves by small steps."""
        at, place, found = float(4 * bar), degree % 7 + 4, []
        for beats in dice.choice(RHYTHMS):
            found.append(Note(at, beats, (self._pitch(place),)))
            at += beats
            place = min(12, max(2, place + dice.choice((-2, -1, 1, 2))))
        return found

    def _bass(self, dice: random.Random, chords: tuple[int, ...]) -> list[Note]:
        step = dice.choice((0.5, 1, 2))
        starts = [(bar, round(at * step, 1)) for bar in range(len(chords)) for at in range(round(4 / step))]
        return [Note(4 * bar + at, step, (self._pitch(chords[bar]) - 24,)) for bar, at in starts]


def _beats(dice: random.Random) -> list[Note]:
    hats = dice.choice((0.5, 1))
    found = {step * hats: HAT for step in range(round(ROUND / hats))}
    for bar in range(0, ROUND, 4):
        found |= {bar: KICK, bar + 1: SNARE, bar + 2: KICK, bar + 3: SNARE}
    return [Note(at, 0.5, (drum,)) for at, drum in sorted(found.items())]


@lru_cache(maxsize=8)
def _table(timbre: str, share: int) -> list[int]:
    """One period of a timbre, as loud as a voice may be when `share` notes sound together."""
    harmonics = list(enumerate(TIMBRES[timbre], 1))
    wave = [sum(a * math.sin(math.tau * n * i / TABLE) for n, a in harmonics) for i in range(TABLE)]
    scale = LOUD / (max(map(abs, wave)) * share)
    return [round(level * scale) for level in wave]


@lru_cache(maxsize=64)
def _shape(count: int) -> list[int]:
    """The loudness of a note of `count` samples (0..4096): a quick attack, a slow fall, a soft end."""
    attack, release = min(count // 4, 200), min(count // 4, 900)
    body = [min(1.0, i / attack) * math.exp(-1.4 * i / count) for i in range(count)]
    return [round(4096 * level * min(1.0, (count - i) / release)) for i, level in enumerate(body)]


def _tone(pitches: tuple[int, ...], count: int, timbre: str) -> "array[int]":
    table, mask = _table(timbre, len(pitches)), TABLE - 1
    steps = [round(440 * 2 ** ((pitch - 69) / 12) * TABLE / RATE * FINE) for pitch in pitches]
    voices = [[table[place // FINE & mask] for place in range(0, count * step, step)] for step in steps]
    return array("h", [level * loud >> 12 for level, loud in zip(_sum(voices), _shape(count), strict=True)])


def _sum(tracks: Sequence[Iterable[int]]) -> Iterable[int]:
    """The tracks together, sample by sample; they are equally long."""
    mixed = tracks[0]
    for track in tracks[1:]:
        mixed = map(add, mixed, track)
    return mixed


def _hit(drum: int, count: int) -> "array[int]":
    """A drum: a falling tone, noise, or both, dying away."""
    dice, length = random.Random(drum), {KICK: 0.16, SNARE: 0.12, HAT: 0.04, CRASH: 0.9}[drum]
    count = min(count, round(RATE * length))
    fade = [LOUD * math.exp(-5 * i / count) for i in range(count)]
    if drum == KICK:
        return array("h", [round(fade[i] * math.sin(60 * math.sqrt(i / 400))) for i in range(count)])
    level = {SNARE: 0.6, HAT: 0.3, CRASH: 0.5}[drum]
    return array("h", [round(loud * level * dice.uniform(-1, 1)) for loud in fade])


@lru_cache(maxsize=16)
def score(seed: str) -> Score:
    """The score of a seed."""
    return Score(seed)


@lru_cache(maxsize=24)
def one_round(seed: str, voice: str) -> "array[int]":
    """The samples of one round of a tune in one of `VOICES`; blocking, about a quarter of a second for a mix."""
    if voice in MIXES:
        return array("h", _sum([one_round(seed, name) for name in MIXES[voice]]))
    written, (part, timbre, lift) = score(seed), INSTRUMENTS[voice]
    samples = array("h", bytes(2 * ROUND * written.beat))
    made: dict[tuple[tuple[int, ...], int], array[int]] = {}
    for note in written.parts[part]:
        key = (tuple(pitch + lift for pitch in note.pitches), round(note.beats * written.beat))
        if key not in made:
            made[key] = _tone(*key, timbre) if timbre else _hit(key[0][0], key[1])
        start, sound = round(note.start * written.beat), made[key]
        stop = min(start + len(sound), len(samples))
        samples[start:stop] = sound[: stop - start]
    return samples


def stretch(seed: str, voice: str, start: int, stop: int) -> "array[int]":
    """The samples `start` to `stop` of an endless tune."""
    samples = one_round(seed, voice)
    first = start % len(samples)
    again = (first + stop - start) // len(samples) + 1
    return (samples * again)[first : first + stop - start]


def notes(seed: str, part: str, seconds: float) -> list[dict[str, float]]:
    """A part's notes within the first `seconds` as the MIDI answer shows them (reference "relay-suno-…" 7.17)."""
    written = score(seed)
    beat, found = written.beat / RATE, []
    for turn in range(math.ceil(seconds / (ROUND * beat))):
        for note in written.parts[part]:
            start = (turn * ROUND + note.start) * beat
            end = round(min(seconds, start + note.beats * beat), 3)
            shown = {"start": round(start, 3), "end": end, "velocity": 0.8}
            found += [{"pitch": pitch, **shown} for pitch in note.pitches if start < end]
    return found

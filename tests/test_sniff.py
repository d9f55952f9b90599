"""A file is what its first bytes say."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import sniff as kinds
from bot.sniff import PICTURES, SOUNDS, Kind, by_mime, sniff

HEADS = [
    pytest.param(b"\x89PNG\r\n\x1a\n\x00\x00\x00\r", kinds.PNG, id="png"),
    pytest.param(b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01", kinds.JPEG, id="jpeg, JFIF"),
    pytest.param(b"\xff\xd8\xff\xe1\x00\x10Exif\x00\x00", kinds.JPEG, id="jpeg, Exif"),
    pytest.param(b"GIF87a\x01\x00\x01\x00\x00\x00", kinds.GIF, id="gif 87"),
    pytest.param(b"GIF89a\x01\x00\x01\x00\x00\x00", kinds.GIF, id="gif 89"),
    pytest.param(b"RIFF\x24\x00\x00\x00WEBP", kinds.WEBP, id="webp"),
    pytest.param(b"RIFF\x24\x00\x00\x00WAVE", kinds.WAV, id="wav"),
    pytest.param(b"RIFF\x24\x00\x00\x00AVI ", None, id="avi"),
    pytest.param(b"\x00\x00\x00\x1cftypavif", kinds.AVIF, id="avif"),
    pytest.param(b"\x00\x00\x00\x1cftypavis", kinds.AVIF, id="avif sequence"),
    pytest.param(b"\x00\x00\x00\x18ftypisom", kinds.MP4, id="mp4, isom"),
    pytest.param(b"\x00\x00\x00\x18ftypmp42", kinds.MP4, id="mp4, mp42"),
    pytest.param(b"\x00\x00\x00\x14ftypqt  ", kinds.MOV, id="quicktime"),
    pytest.param(b"\x00\x00\x00\x20ftypM4A ", kinds.M4A, id="m4a"),
    pytest.param(b"\x1aE\xdf\xa3\x9fB\x86\x81\x01B\xf7\x81", kinds.WEBM, id="webm"),
    pytest.param(b"ID3\x04\x00\x00\x00\x00\x00\x00\xff\xfb", kinds.MP3, id="mp3, tagged"),
    pytest.param(b"\xff\xfb\x90\x64\x00\x00\x00\x00\x00\x00\x00\x00", kinds.MP3, id="mp3, MPEG 1"),
    pytest.param(b"\xff\xf3\x40\xc0", kinds.MP3, id="mp3, MPEG 2"),
    pytest.param(b"\xff\xf1\x50\x80", kinds.AAC, id="raw AAC is no mp3"),
    pytest.param(b"\xff\xf9\x50\x80", kinds.AAC, id="raw AAC, MPEG 2"),
    pytest.param("\ufeff{}".encode("utf-16-le"), None, id="UTF-16 text is no mp3"),
    pytest.param(b"OggS\x00\x02\x00\x00\x00\x00\x00\x00", kinds.OGG, id="ogg"),
    pytest.param(b"OggS\x00\x02" + bytes(22) + b"OpusHead", kinds.OGG, id="opus"),
    pytest.param(b"MThd\x00\x00\x00\x06\x00\x01\x00\x02", kinds.MIDI, id="midi"),
    pytest.param(b"fLaC\x00\x00\x00\x22\x10\x00\x10\x00", kinds.FLAC, id="flac"),
    pytest.param(b"<!DOCTYPE html>", None, id="page"),
    pytest.param(b'{"error":"gone"}', None, id="json"),
    pytest.param(b"<svg xmlns=", kinds.SVG, id="svg"),
    pytest.param(b"<html><svg>", None, id="svg in a page"),
    pytest.param(b"MZ\x90\x00\x03\x00\x00\x00\x04\x00\x00\x00", None, id="program"),
    pytest.param(b"\xff", None, id="one byte"),
    pytest.param(b"", None, id="empty"),
]


@pytest.mark.parametrize(("head", "kind"), HEADS)
def test_sniff(head: bytes, kind: Kind | None) -> None:
    assert sniff(head) == kind
    assert sniff(head[:12]) == kind
    assert sniff(head + b"\x00" * 100) == kind or len(head) < 2


def test_what_may_be_given_as_a_picture() -> None:
    assert {kind.extension for kind in PICTURES} == {"png", "jpg", "webp", "gif"}
    assert {kind.family for kind in PICTURES} == {"image"}


def test_what_may_be_given_as_a_sound() -> None:
    assert [kind.extension for kind in SOUNDS] == ["mp3", "wav", "m4a", "ogg", "flac"]
    assert {kind.family for kind in SOUNDS} == {"audio"}


@pytest.mark.parametrize(
    ("mime", "kind"),
    [
        ("text/plain", kinds.TEXT),
        ("text/plain; charset=utf-8", kinds.TEXT),
        (" Text/X-LRC ", kinds.LRC),
        ("application/x-subrip", kinds.SRT),
        ("audio/midi", kinds.MIDI),
        ("audio/x-wav", kinds.WAV),
        ("image/jpg", kinds.JPEG),
        ("text/html", None),
        ("image/svg+xml", kinds.SVG),
        ("application/octet-stream", None),
        ("", None),
    ],
)
def test_by_mime(mime: str, kind: Kind | None) -> None:
    assert by_mime(mime) is kind


def test_a_drawing_may_begin_with_a_prolog() -> None:
    assert sniff(b"\xef\xbb\xbf<?xml version='1.0'?>\n<!-- drawn -->\n<svg>") is kinds.SVG
    assert sniff(b"<?xml version='1.0'?><rss>") is None


def test_every_kind_is_found_by_its_own_mime_type() -> None:
    found = [kind for kind in vars(kinds).values() if isinstance(kind, Kind) and kind.family != "archive"]
    assert len(found) > 15
    assert [by_mime(kind.mime) for kind in found] == found
    assert len({kind.extension for kind in found}) == len(found)


@given(st.binary(max_size=40))
def test_every_answer_is_a_sound_kind(head: bytes) -> None:
    kind = sniff(head)
    assert kind is None or (kind.mime.startswith(kind.family + "/") and kind.extension.isalnum())

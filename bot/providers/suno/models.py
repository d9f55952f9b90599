"""Suno's models and what each of them takes (reference ``relay-suno-…md`` 7.3)."""

from collections.abc import Mapping
from dataclasses import dataclass

TITLE_LIMIT = 80
DESCRIPTION_LIMIT = 200
STEMS_MODEL = "chirp-auk"
"""The only model whose songs can be taken apart (7.9)."""


@dataclass(frozen=True, slots=True)
class Model:
    """One ``mv`` value: Suno's own version name, characters of lyrics and of style, and its name for remixes.

    ``vocal`` says whether a voice can be asked for.
    """

    name: str
    version: str
    lyrics: int = 5000
    style: int = 1000
    remix: str = ""
    vocal: bool = True


def _old(name: str, version: str, remix: str = "") -> Model:
    return Model(name, version, lyrics=3000, style=200, remix=remix, vocal=False)


MODELS: Mapping[str, Model] = {
    model.name: model
    for model in (
        Model("chirp-fenix", "v5.5"),
        Model("chirp-crow", "v5"),
        Model("chirp-bluejay", "v4.5+"),
        Model("chirp-auk-turbo", "v4.5-all"),
        Model("chirp-auk", "v4.5"),
        _old("chirp-v4", "v4", "chirp-v4-tau"),
        _old("chirp-v3-5", "v3.5", "chirp-v3-5-tau"),
        _old("chirp-v3-0", "v3"),
    )
}
"""The models of the reference, newest first."""


def model_of(name: str) -> Model:
    """What is known of a model; one that is not in the table is taken for a new one."""
    bare = name.removesuffix("-tau").removesuffix("-upload")
    return MODELS.get(bare, Model(name, name))


def remix_name(name: str, *, tau: bool) -> str:
    """The name of a model for covers, replaced sections and personas; v3.5 and v4 have one of their own (7.3, 7.4)."""
    known = MODELS.get(name)
    return known.remix if known is not None and known.remix and tau else name

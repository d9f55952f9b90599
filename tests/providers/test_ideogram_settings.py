"""Ideogram: its tables, and what the operator chooses."""

from typing import Any

import pytest
from pydantic import ValidationError

from bot.provider import Options
from bot.providers.ideogram import IdeogramOptions, tables
from bot.providers.ideogram.changing import Edit, ReplaceBackground
from bot.providers.ideogram.drawing import Drawn, Image


def test_the_tables() -> None:
    assert (len(tables.LEGACY_SIZES), len(tables.NEW_SIZES), len(tables.PRESETS)) == (78, 69, 62)
    assert (len(tables.LEGACY_RATIOS), len(tables.NEW_RATIOS)) == (11, 15)
    assert tables.NAMES.keys() == {*tables.MODELS}
    assert [tables.model_named(name) for name in ("3.0", " 2A  Turbo ", "v_1", "V 2", "x", 3)] == [
        *("V_3", "V_2A_TURBO", "V_1", "V_2", "X", 3)
    ]


def test_the_operator_s_settings() -> None:
    usual = IdeogramOptions()
    assert (usual.model, usual.v3, usual.v3_form, usual.all_speeds) == ("V_2", True, "auto", False)
    assert IdeogramOptions.of(Options()) == usual
    assert usual.offered_speeds == ("TURBO", "DEFAULT", "QUALITY")
    assert IdeogramOptions(all_speeds=True).offered_speeds == tables.SPEEDS
    assert "V_3" not in IdeogramOptions(v3=False).offered_models
    with pytest.raises(ValidationError, match="must be true while the model is V_3"):
        IdeogramOptions(v3=False, model="V_3")


@pytest.mark.parametrize(
    ("settings", "kind", "model"),
    [
        ({}, Image, "V_2"),
        ({"model": "V_3"}, Image, "V_3"),
        ({"model": "V_2A"}, Image, "V_2A"),
        ({"model": "V_2A"}, Edit, "V_2"),
        ({"model": "V_3"}, Edit, "V_3"),
        ({"v3": False}, ReplaceBackground, "V_3"),
    ],
)
def test_the_usual_model(settings: dict[str, Any], kind: type[Drawn], model: str) -> None:
    assert IdeogramOptions(**settings).usual(kind.able) == model

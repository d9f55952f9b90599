"""Settings: read from everywhere, checked all at once, silent about secrets."""

from pathlib import Path
from typing import Any

import pytest

from bot.config import Config, ConfigurationError, Settings, load
from bot.provider import Options, providers
from bot.providers.luma import LumaOptions

TOKEN, KEY = "made-up-bot-token", "sk-made-up-relay-key"
NEEDED = {"DISCORD_TOKEN": TOKEN, "RELAY_URL": "https://relay.example", "RELAY_KEY": KEY}


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    names = list(Settings.model_fields)
    for provider in providers().values():
        names += [f"{provider.name}_{field}" for field in provider.options.model_fields]
    for name in names:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.chdir(tmp_path)


def read(**given: str) -> Config:
    return load({**NEEDED, **given}, env_file=None)


def problems(**given: str) -> list[str]:
    with pytest.raises(ConfigurationError) as caught:
        read(**given)
    return caught.value.problems


def test_the_defaults() -> None:
    settings = read().settings
    assert settings.model_dump(exclude={"discord_token", "relay_key", "relay_access_token", "relay_user_id"}) == {
        "discord_api_url": "",
        "relay_url": "https://relay.example",
        "relay_quota_per_unit": None,
        "database_url": "sqlite:///data/darkroom.db",
        "providers": [],
        "video_with": [],
        "image_with": [],
        "song_with": [],
        "guild_ids": [],
        "operator_ids": [],
        "active_tasks_per_user": 5,
        "queued_tasks_per_user": 25,
        "allow_private_media": False,
        "max_media_mb": 500,
        "max_answer_mb": 32,
        "max_megapixels": 64,
        "clicks_per_10_seconds": 20,
        "moderation": "off",
        "moderation_model": "",
        "blocked_words": [],
        "thread_messages": "mentions",
        "prompt_provider": "openai",
        "prompt_model": "gpt-4o-mini",
        "keep_inputs_days": 7.0,
        "poll_interval": None,
        "log_level": "INFO",
        "log_format": "console",
        "health_port": 0,
        "health_host": "127.0.0.1",
    }
    assert settings.discord_token.get_secret_value() == TOKEN
    assert settings.relay_key.get_secret_value() == KEY


def test_every_problem_is_named_at_once() -> None:
    with pytest.raises(ConfigurationError) as caught:
        load(
            {"RELAY_URL": "relay.example", "ACTIVE_TASKS_PER_USER": "0", "LOG_FORMAT": "xml", "LUMA_IMAGES": "png"},
            env_file=None,
        )
    assert caught.value.problems == [
        "DISCORD_TOKEN: is required",
        "RELAY_URL: must start with http:// or https://",
        "RELAY_KEY: is required",
        "ACTIVE_TASKS_PER_USER: Input should be greater than or equal to 1",
        "LOG_FORMAT: Input should be 'console' or 'json'",
        "LUMA_IMAGES: Input should be 'data', 'base64' or 'url'",
    ]
    assert str(caught.value).splitlines() == caught.value.problems


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({"RELAY_URL": "https://relay.example/v1"}, "RELAY_URL: must be given without /v1"),
        ({"RELAY_URL": "https://relay.example/v1/"}, "RELAY_URL: must be given without /v1"),
        ({"DATABASE_URL": "mysql://x"}, "DATABASE_URL: must start with sqlite:/// or postgresql://"),
        ({"DATABASE_URL": "sqlite://x.db"}, "DATABASE_URL: must start with sqlite:/// or postgresql://"),
        ({"POLL_INTERVAL": "0"}, "POLL_INTERVAL: Input should be greater than 0"),
        ({"MAX_MEDIA_MB": "0"}, "MAX_MEDIA_MB: Input should be greater than or equal to 1"),
        ({"KEEP_INPUTS_DAYS": "-1"}, "KEEP_INPUTS_DAYS: Input should be greater than or equal to 0"),
        (
            {"GUILD_IDS": "1,x"},
            "GUILD_IDS: Input should be a valid integer, unable to parse string as an integer",
        ),
        (
            {"PROVIDERS": "luma,lune"},
            f"PROVIDERS: there is no provider “lune” (known: {', '.join(sorted(providers()))})",
        ),
        ({"LUMA_OFFICIAL": "perhaps"}, "LUMA_OFFICIAL: Input should be a valid boolean, unable to interpret input"),
    ],
)  # fmt: skip
def test_a_problem(given: dict[str, str], problem: str) -> None:
    assert problems(**given) == [problem]


@pytest.mark.parametrize(
    ("given", "field", "value"),
    [
        ({"RELAY_URL": "http://127.0.0.1:9000/relay/"}, "relay_url", "http://127.0.0.1:9000/relay"),
        ({"GUILD_IDS": " 1, 22 ,,"}, "guild_ids", [1, 22]),
        ({"GUILD_IDS": ""}, "guild_ids", []),
        ({"PROVIDERS": " luma "}, "providers", ["luma"]),
        ({"ALLOW_PRIVATE_MEDIA": "true"}, "allow_private_media", True),
        ({"POLL_INTERVAL": "0.2"}, "poll_interval", 0.2),
        ({"DATABASE_URL": "postgresql://db/darkroom"}, "database_url", "postgresql://db/darkroom"),
        ({"KEEP_INPUTS_DAYS": "0"}, "keep_inputs_days", 0.0),
    ],
)
def test_a_value(given: dict[str, str], field: str, value: Any) -> None:
    assert getattr(read(**given).settings, field) == value


def test_overrides_win_over_the_environment_and_that_over_the_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / ".env"
    file.write_text(
        "RELAY_URL=https://file.example\nRELAY_KEY=sk-file\nDISCORD_TOKEN=file\n"
        "LUMA_IMAGES=url\nLUMA_PREFIX=/file\nUNRELATED=1\nLOG_LEVEL=\n"
    )
    monkeypatch.setenv("RELAY_KEY", "sk-environment")
    monkeypatch.setenv("luma_prefix", "/environment")
    config = load({"DISCORD_TOKEN": TOKEN}, env_file=file)
    assert config.settings.relay_url == "https://file.example"
    assert config.settings.relay_key.get_secret_value() == "sk-environment"
    assert config.settings.discord_token.get_secret_value() == TOKEN
    assert config.settings.log_level == "INFO"
    assert config.options("luma").model_dump() == LumaOptions(prefix="/environment", images="url").model_dump()


def test_the_file_beside_the_bot_is_read(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("\n".join(f"{name}={value}" for name, value in NEEDED.items()))
    assert load().settings.relay_url == "https://relay.example"


def test_an_empty_variable_is_none_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DISCORD_TOKEN", "POLL_INTERVAL", "LUMA_IMAGES"):
        monkeypatch.setenv(name, "")
    with pytest.raises(ConfigurationError) as caught:
        load({"RELAY_URL": "https://relay.example", "RELAY_KEY": KEY}, env_file=None)
    assert caught.value.problems == ["DISCORD_TOKEN: is required"]


def test_a_provider_s_options_have_its_name_before_them() -> None:
    given = {"LUMA_IMAGES": "url", "LUMA_OFFICIAL": "1", "LUMA_OFFICIAL_PREFIX": "/luma", "LUMA_PREFIX": "/pro"}
    assert read(**given).options("luma").model_dump() == {
        "prefix": "/pro",
        "images": "url",
        "official": True,
        "official_prefix": "/luma",
    }


def test_options_are_read_as_the_provider_s_own_class() -> None:
    config = read()
    for name, provider in providers().items():
        assert isinstance(config.options(name), provider.options)
        assert isinstance(config.options(name), Options)
        assert config.options(name).model_dump() == provider.options().model_dump()


def test_all_providers_are_offered_until_some_are_named() -> None:
    assert set(read().providers) == set(providers())
    assert set(read(PROVIDERS="luma").providers) == {"luma"}


def test_secrets_are_never_shown() -> None:
    config = read()
    shown = f"{config.settings!r} {config.settings} {config!r} {config.settings.model_dump_json()}"
    assert "https://relay.example" in shown
    assert [secret for secret in (TOKEN, KEY) if secret in shown] == []


def test_secrets_are_not_repeated_in_problems() -> None:
    found = problems(LOG_LEVEL="LOUD", GUILD_IDS=KEY)
    assert len(found) == 2
    assert [secret for secret in (TOKEN, KEY) if secret in "\n".join(found)] == []


def test_problems_of_every_kind_are_named_together() -> None:
    found = problems(LOG_LEVEL="LOUD", PROVIDERS="lune", DATABASE_URL="mysql://x")
    assert [problem.partition(":")[0] for problem in found] == ["DATABASE_URL", "PROVIDERS", "LOG_LEVEL"]


def test_the_database_s_password_is_not_shown() -> None:
    assert "hunter2" not in repr(read(DATABASE_URL="postgresql://darkroom:hunter2@db/darkroom").settings)


def test_every_setting_says_what_it_is_for() -> None:
    assert [name for name, field in Settings.model_fields.items() if not field.description] == []

"""All settings: from the environment and ``.env``, checked at once, explained in the README's table.

A provider's own settings (``LUMA_IMAGES`` …) are declared by the provider (``Provider.options``) and read here.
"""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from bot.provider import Options, Provider, own_providers, providers
from bot.rules import checked


class ConfigurationError(Exception):
    """One or more settings are wrong; ``problems`` names each with its variable."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


def _split(value: Any) -> Any:
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


def _base_url(value: str) -> str:
    if not value.startswith(("http://", "https://")):
        raise ValueError("must start with http:// or https://")
    bare = value.rstrip("/")
    if bare.endswith("/v1"):
        raise ValueError("must be given without /v1")
    return bare


def _database(value: str) -> str:
    if not value.startswith(("sqlite:///", "postgresql://", "postgres://")):
        raise ValueError("must start with sqlite:/// or postgresql://")
    return value


def _known(names: list[str]) -> list[str]:
    known = providers()
    strangers = [name for name in names if name not in known]
    if strangers:
        raise ValueError(f"there is no provider “{strangers[0]}” (known: {', '.join(sorted(known))})")
    return names


def _digits(value: SecretStr) -> SecretStr:
    digits = value.get_secret_value()
    if digits and not (digits.isascii() and digits.isdigit()):
        raise ValueError("must be the number of the relay account")
    return value


def _optional_url(value: str) -> str:
    return _base_url(value) if value else value


BaseUrl = Annotated[str, AfterValidator(_base_url)]
DatabaseUrl = Annotated[str, AfterValidator(_database)]
Names = Annotated[list[str], NoDecode, BeforeValidator(_split), AfterValidator(_known)]
Rules = Annotated[list[Annotated[str, AfterValidator(checked)]], NoDecode, BeforeValidator(_split)]
Ids = Annotated[list[int], NoDecode, BeforeValidator(_split)]


class Settings(BaseModel):
    """The operator's settings; each field is the environment variable of the same name in capitals."""

    discord_token: SecretStr = Field(description="Bot token of the Discord application.")
    discord_api_url: Annotated[str, AfterValidator(_optional_url)] = Field(
        default="", description="REST base of Discord, for a rate-limit proxy or a test server; empty: Discord's own."
    )
    relay_url: BaseUrl = Field(description="Base URL of the relay, without `/v1`.")
    relay_key: SecretStr = Field(description="The relay's key, `sk-…`.")
    relay_access_token: SecretStr = Field(
        default=SecretStr(""),
        description="System access token of the relay account (not the key), for `/relay account`, `usage` and `logs`.",
    )
    relay_user_id: Annotated[SecretStr, AfterValidator(_digits)] = Field(
        default=SecretStr(""), description="Number of that account at the relay; it goes with the access token."
    )
    relay_quota_per_unit: float | None = Field(
        default=None, gt=0, description="Quota units per US dollar; empty: what the relay says, else 500000."
    )
    database_url: DatabaseUrl = Field(
        default="sqlite:///data/darkroom.db",
        repr=False,  # it may hold a password
        description="`sqlite:///path` (one process) or `postgresql://…`.",
    )
    providers: Names = Field(default_factory=list, description="Comma-separated allow-list; empty: all.")
    video_with: Names = Field(
        default_factory=list, description="Who `/video` asks if nobody is named: the first of these that is offered."
    )
    image_with: Names = Field(default_factory=list, description="The same for `/image`.")
    song_with: Names = Field(default_factory=list, description="The same for `/song`.")
    guild_ids: Ids = Field(
        default_factory=list, description="Register commands in these guilds only (instant, for development)."
    )
    operator_ids: Ids = Field(
        default_factory=list,
        description="Discord ids of those who may use `/relay`; empty: everybody who may manage a server with the bot. "
        "Name them if others can invite it.",
    )
    active_tasks_per_user: int = Field(default=5, ge=1, description="Tasks of one user in flight; more wait in line.")
    queued_tasks_per_user: int = Field(default=25, ge=1, description="Tasks of one user waiting in line.")
    allow_private_media: bool = Field(
        default=False, description="Download media from loopback and private addresses too."
    )
    max_media_mb: int = Field(default=500, ge=1, description="Never download more than this of one file, in MiB.")
    max_answer_mb: int = Field(
        default=32,
        ge=1,
        description="Never read more of one answer of the relay, in MiB; pictures in it have more room.",
    )
    max_megapixels: int = Field(
        default=64, ge=1, le=1000, description="Never decode a larger picture, in millions of pixels."
    )
    clicks_per_10_seconds: int = Field(
        default=20,
        ge=0,
        description="Clicks, commands and forms of one user that are answered in ten seconds; 0: all of them.",
    )
    moderation: Literal["off", "on", "strict"] = Field(
        default="off",
        description="Have prompts checked by the relay's `/v1/moderations`: `on` lets them through where that fails, "
        "`strict` does not.",
    )
    moderation_model: str = Field(default="", description="Its model; empty: the relay's own choice.")
    blocked_words: Rules = Field(
        default_factory=list,
        description="Comma-separated words that no prompt may hold, or regular expressions between slashes.",
    )
    thread_messages: Literal["off", "mentions", "all"] = Field(
        default="mentions",
        description="Which messages in a conversation's thread go on with it, beside its buttons: those that mention "
        "the bot, or `all` (switch the *Message Content* intent on in the developer portal).",
    )
    prompt_provider: Literal["openai", "claude"] = Field(
        default="openai", description="Who helps with prompts (`enhance`, *Make a prompt*)."
    )
    prompt_model: str = Field(
        default="gpt-4o-mini", description="The chat model that helps with prompts; empty: nobody does."
    )
    keep_inputs_days: float = Field(
        default=7.0,
        ge=0,
        description="How long uploaded pictures are kept after their task ended, for Again and Retry.",
    )
    poll_interval: float | None = Field(
        default=None, gt=0, description="Seconds between rounds of polling; overrides every provider's own."
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(default="INFO", description="How much is logged.")
    log_format: Literal["console", "json"] = Field(default="console", description="`json` for machines.")
    health_port: int = Field(
        default=0, ge=0, le=65535, description="Port of `/healthz`, `/readyz` and `/metrics`; 0: none is opened."
    )
    health_host: str = Field(
        default="127.0.0.1", description="Address of that port; `0.0.0.0` lets other machines and containers in."
    )


class Config:
    """The settings together with every offered provider's options."""

    def __init__(self, settings: Settings, options: Mapping[str, Options], offered: Mapping[str, Provider]) -> None:
        self.settings = settings
        self._options = options
        self.providers = offered

    @property
    def able(self) -> Mapping[str, Provider]:
        """The offered providers, and the bot itself."""
        return {**self.providers, **own_providers()}

    def options(self, provider: str) -> Options:
        """The operator's settings of the named provider (its defaults when it is not offered)."""
        return self._options.get(provider) or Options()


def load(overrides: Mapping[str, str] | None = None, *, env_file: Path | None = Path(".env")) -> Config:
    """Read all settings; ``overrides`` are variables that win over the environment.

    Raises :class:`ConfigurationError` with every problem, not only the first.
    """
    given = overrides or {}
    problems: list[str] = []
    settings: Settings | None = _read(Settings, "", given, env_file, problems)
    known = providers()
    options: dict[str, Options] = {
        name: _read(provider.options, f"{name.upper()}_", given, env_file, problems) for name, provider in known.items()
    }
    if problems or settings is None:
        raise ConfigurationError(problems)
    wanted = settings.providers
    offered = {name: one for name, one in known.items() if not wanted or name in wanted}
    return Config(settings, options, offered)


def _read(
    kind: type[BaseModel], prefix: str, overrides: Mapping[str, str], env_file: Path | None, problems: list[str]
) -> Any:
    """An instance of ``kind`` from overrides, environment and file, or ``None`` after adding to ``problems``."""
    given = {name: overrides[prefix + name.upper()] for name in kind.model_fields if prefix + name.upper() in overrides}
    try:
        return _reader(kind)(_env_prefix=prefix, _env_file=env_file, **given)
    except ValidationError as error:
        for found in error.errors():
            variable = prefix + str(found["loc"][0]).upper()
            words = "is required" if found["type"] == "missing" else found["msg"].removeprefix("Value error, ")
            problems.append(f"{variable}: {words}")
        return None


@cache
def _reader(kind: type[BaseModel]) -> Any:
    """``kind`` as a settings class that reads the environment."""
    config = SettingsConfigDict(env_ignore_empty=True, extra="ignore", frozen=True)
    return type(kind.__name__, (kind, BaseSettings), {"model_config": config, "__module__": kind.__module__})

"""Finished videos that are made longer or made to speak."""

from collections.abc import Mapping
from typing import Any

import discord
from discord import app_commands
from discord.app_commands import locale_str as L

from bot.errors import Problem
from bot.providers.kling import KLING
from bot.providers.kling.after import EXTEND, EXTENDED, LIP_SYNC, can_extend, can_speak
from bot.providers.kling.choose import longer, speaking, with_voice
from bot.providers.kling.lips import TEXT_LIMIT, LipSync
from bot.providers.kling.voices import VOICES
from bot.task import Task
from bot.text import _
from bot.ui.actions import register_form
from bot.ui.enhance import enhanceable
from bot.ui.forms import Field
from bot.ui.front import Interaction, asker_of
from bot.ui.pickers import Choices, finished_parts, matching, part_of
from cogs.kling._common import AVOID, Common, Share, Words, picked

LANGUAGES = [app_commands.Choice(name=L("English"), value="en"), app_commands.Choice(name=L("Chinese"), value="zh")]
SPOKEN = Field("text", _("What is said"), most=TEXT_LIMIT)
VOICE = Field("voice", _("Voice (a usual one if you leave it out)"), long=False, required=False, most=100)


class After(Common):
    """``/kling extend`` and ``lip-sync``, and the buttons for them."""

    def register_steps(self) -> None:
        """What the buttons of a finished video do."""
        next_words = [Field("prompt", _("What happens next"), required=False, most=2500)]
        register_form(EXTEND.key, _("Extend this video"), lambda _task, _argument: next_words, self._extend_form)
        register_form(LIP_SYNC.key, _("Make it speak"), lambda _task, _argument: [SPOKEN, VOICE], self._speak_form)

    @app_commands.command(name="extend", description=L("Make one of your Kling videos longer by about five seconds"))
    @app_commands.describe(
        video=L("Which of your finished videos (v1 models)"),
        prompt=L("What happens next"),
        negative_prompt=AVOID,
        cfg=L("How closely to keep to the prompt, from 0 to 1"),
    )
    @enhanceable
    async def extend(
        self,
        interaction: Interaction,
        video: str,
        prompt: Words | None = None,
        negative_prompt: Words | None = None,
        cfg: Share | None = None,
    ) -> None:
        """Continue a finished video."""
        chosen = {"prompt": prompt, "negative_prompt": negative_prompt, "cfg_scale": cfg}
        await self._extend(interaction, part_of(video)[0], chosen)

    @app_commands.command(name="lip-sync", description=L("Make a video speak"))
    @app_commands.rename(voice_id="voice")
    @app_commands.describe(
        video=L("Which of your finished Kling videos"),
        file=L("Instead of that: a video of 2 to 10 seconds (MP4 or MOV)"),
        text=L("What is said, at most 120 characters"),
        voice_id=L("Who says it"),
        language=L("The language of the text"),
        speed=L("How fast, from 0.8 to 2 (1 if you leave it out)"),
        audio=L("Instead of a text: a recording of at most a minute and 5 MiB"),
    )
    @app_commands.choices(language=LANGUAGES)
    async def lip_sync(
        self,
        interaction: Interaction,
        video: str | None = None,
        file: discord.Attachment | None = None,
        text: app_commands.Range[str, 1, 1000] | None = None,
        voice_id: str | None = None,
        language: str | None = None,
        speed: app_commands.Range[float, 0.8, 2.0] | None = None,
        audio: discord.Attachment | None = None,
    ) -> None:
        """A video that speaks."""
        spoken = {"text": text, "voice_id": voice_id, "voice_language": language, "voice_speed": speed}
        spoken["audio_file"] = audio.url if audio else None
        if file is not None or not video:
            chosen = with_voice(self.options, spoken)
            both = {"video_id": video, "video_url": file.url if file else None}
            submission = LipSync.make(**both, **chosen)
            await self.bot.front.take(interaction, submission, {"video_url": file, "audio_file": audio})
            return
        desk = self.bot.engine.desk
        task, _made_by = await desk.finished(part_of(video)[0], asker_of(interaction), KLING.name)
        submission = speaking(self.options, task, self.bot.clock(), spoken)
        await self.bot.front.take(interaction, submission, {"audio_file": audio}, parent_id=task.id)

    @extend.autocomplete("video")
    async def _extendable(self, interaction: Interaction, current: str) -> Choices:
        return await finished_parts(
            interaction, KLING.name, current, lambda task: [_name(task)] if can_extend(task) else [], tuple(EXTENDED)
        )

    @lip_sync.autocomplete("video")
    async def _speakable(self, interaction: Interaction, current: str) -> Choices:
        return await finished_parts(
            interaction, KLING.name, current, lambda task: [_name(task)] if can_speak(task) else []
        )

    @lip_sync.autocomplete("voice_id")
    async def _voices(self, interaction: Interaction, current: str) -> Choices:
        chinese = picked(interaction, "language") == "zh"
        return matching(VOICES["zh" if chinese else "en"], current)

    async def _extend_form(self, interaction: Interaction, task_id: str, _argument: str, typed: dict[str, str]) -> None:
        await self._extend(interaction, task_id, {"prompt": typed.get("prompt", "")})

    async def _extend(self, interaction: Interaction, task_id: str, chosen: Mapping[str, Any]) -> None:
        message_id = await self.bot.front.acknowledge(interaction)
        task, _made_by = await self.bot.engine.desk.finished(task_id, asker_of(interaction), KLING.name)
        submission = longer(self.options, task, self.bot.clock(), chosen)
        await self.bot.front.hand_over(interaction, message_id, submission, parent_id=task.id)

    async def _speak_form(self, interaction: Interaction, task_id: str, _argument: str, typed: dict[str, str]) -> None:
        message_id = await self.bot.front.acknowledge(interaction)
        task, _made_by = await self.bot.engine.desk.finished(task_id, asker_of(interaction), KLING.name)
        submission = speaking(self.options, task, self.bot.clock(), spoken_words(typed))
        await self.bot.front.hand_over(interaction, message_id, submission, parent_id=task.id)


def spoken_words(typed: Mapping[str, str]) -> dict[str, Any]:
    """The fields of a filled form."""
    voice = typed.get("voice", "").strip()
    if not typed.get("text", "").strip():
        raise Problem(_("“{field}” is empty.", field="text"))
    return {"text": typed["text"], "voice_id": voice or None}


def _name(task: Task) -> str:
    return task.caption or task.id

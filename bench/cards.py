"""Messages on the simulated Discord that stand for the cards of tasks in flight."""

from bot.task import Place
from tests.discord_server import DiscordServer

PER_CHANNEL = 50


def places(server: DiscordServer, count: int, *, channels: int | None = None) -> list[Place]:
    """So many cards, spread evenly over ``channels`` (as many as it takes at 50 cards each), in the bot's own name."""
    guild = server.guild(f"Bench {count}")
    wanted = channels or -(-count // PER_CHANNEL)
    rooms = [guild.create_text_channel(f"room-{number}") for number in range(wanted)]
    backend, made = server.backend, []
    for number in range(count):
        room = rooms[number % wanted]
        message = backend.create_message(room.id, backend.bot_user.id, "…", broadcast=False)
        made.append(Place(channel_id=room.id, message_id=message.id, guild_id=guild.id, reachable=True))
    return made

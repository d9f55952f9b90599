"""Discord on a loopback socket, for bots that run as their own process."""

from .actors import Handle
from .faults import Fault
from .gateway import NotConnectedError
from .process import BotProcess
from .rest import LogEntry
from .server import DiscordServer

__all__ = ["BotProcess", "DiscordServer", "Fault", "Handle", "LogEntry", "NotConnectedError"]

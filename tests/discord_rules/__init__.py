"""Discord's rules for requests: the documented form and the limits beside it."""

from __future__ import annotations

from .commands import command_problems, command_size
from .messages import message_problems, modal_problems
from .recorder import Recorder, record, request_problems, traffic_problems
from .schema import ALLOWANCES, Allowance, Rules, description_path

__all__ = [
    "ALLOWANCES",
    "Allowance",
    "Recorder",
    "Rules",
    "command_problems",
    "command_size",
    "description_path",
    "message_problems",
    "modal_problems",
    "record",
    "request_problems",
    "traffic_problems",
]

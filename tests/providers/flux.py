"""What the tests of Flux's requests share."""

from typing import Any

import pytest

from bot.errors import Invalid
from bot.provider import INPUT, Submission
from bot.wire import Call

WORDS = {"prompt": "a lighthouse"}
STORED = f"{INPUT}abc"


def paid(path: str, body: Any) -> Call:
    return Call("POST", path, json=body, paid=True, timeout=180.0)


def sent(made: Submission) -> Call:
    """The one call of a request, which is the same after it was stored."""
    (step,) = made.steps()
    call = step.call({})
    assert call == made.call() and isinstance(call, Call)
    assert type(made).restored(made.model_dump_json(exclude_none=True)) == made
    return call


def refused(kind: type[Submission], **values: Any) -> str:
    with pytest.raises(Invalid) as caught:
        kind.make(**values)
    return str(caught.value.text)

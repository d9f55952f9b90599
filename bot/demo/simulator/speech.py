"""Words for simulated answers: an essay with headings, lists and code, as long as the prompt asks for."""

import random
import re

_SUBJECTS = ("The river", "A lens", "The old projector", "Every shadow", "The paper boat", "A single frame", "The city")
_VERBS = ("remembers", "carries", "bends", "answers", "keeps", "follows", "lights")
_OBJECTS = ("the light", "a slow song", "what nobody saw", "the evening", "its own colour", "the first picture")
_ENDS = ("without hurry", "until morning", "as it always did", "in two minutes", "for a while", "and nobody minds")
_CODE = """```python
def develop(film: list[str]) -> list[str]:
    \"\"\"Turn every negative into a picture.\"\"\"
    pictures = []
    for negative in film:
        pictures.append(negative.swapcase())
    return pictures


print(develop(["dArk", "lIght"]))
```"""
_LENGTH = re.compile(r"(\d{1,5}) (?:words|tokens)")


def essay(prompt: str, chance: random.Random) -> str:
    """An answer of about as many words as ``prompt`` names (“600 words”), else a short one; "code" adds code."""
    named = _LENGTH.search(prompt)
    wanted = int(named[1]) if named else (220 if "long" in prompt else 24)
    parts: list[str] = []
    written = 0
    while written < wanted:
        if written > 60 and len(parts) % 4 == 3:
            parts.append(_CODE if "code" in prompt else f"## {_sentence(chance)[:-1]}")
        else:
            parts.append(" ".join(_sentence(chance) for _number in range(min(4, 1 + (wanted - written) // 9))))
        written += len(parts[-1].split())
    if "code" in prompt and _CODE not in parts:
        parts.append(_CODE)
    return "\n\n".join(parts)


def _sentence(chance: random.Random) -> str:
    return " ".join(chance.choice(words) for words in (_SUBJECTS, _VERBS, _OBJECTS, _ENDS)) + "."

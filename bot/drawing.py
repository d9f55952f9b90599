"""Whether an SVG may do more than show something. Pure."""

import re

_ACTIVE = re.compile(
    rb"""<(?:[\w.-]+:)?(?:script|foreignObject|handler|listener|iframe|embed|object|audio|video|meta|link)\b
    |<!ENTITY|<\?xml-stylesheet|@import
    |\son\w+\s*=
    |href\s*=\s*["']?(?!\s|["']?\s*(?:\#|data:image/(?:png|jpe?g|gif|webp)[;,]))
    |attributeName\s*=\s*["']\s*(?:[\w.-]+:)?(?:href|on)
    |url\(\s*["']?(?!["'\s]|\#|data:image/(?:png|jpe?g|gif|webp)[;,])
    |script:|image-set\(
    |&\#|\\|\0|encoding\s*=\s*["'](?!utf-?8["'])""",
    re.IGNORECASE | re.VERBOSE,
)


def is_active(drawing: bytes) -> bool:
    """Whether an SVG may run a program where it is opened, or refers to anything outside of itself.

    Rather once too often than once too rarely: nothing is lost by drawing it anew without that. So whatever is written
    in a way that hides something from these patterns (references to characters, escapes, another encoding) is active.
    """
    return _ACTIVE.search(drawing) is not None

"""Bring the translations up to date with the code: ``python tools/catalogue.py``.

Every sentence that the code marks, ``_("…")`` or ``L("…")``, gets an entry in every ``bot/locale/<locale>.po``: what is
translated stays, what is new comes in empty, what nobody says any more goes. A new language begins as an empty file
with the locale's name. What a file says before its first blank line (its header) stays as it is.
"""

import ast
import sys
from collections.abc import Collection, Iterator, Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
LOCALES = ROOT / "bot" / "locale"
PACKAGES = ("bot", "cogs")
NOT_SPOKEN = ROOT / "bot" / "demo"
"""Plays Discord and the relay; users of the bot never read it."""
KEYWORDS = ("_", "L")
_HEADER = r"""msgid ""
msgstr ""
"Language: {locale}\n"
"MIME-Version: 1.0\n"
"Content-Type: text/plain; charset=utf-8\n"
"Content-Transfer-Encoding: 8bit\n"
"""


def modules() -> list[Path]:
    """Every module that may speak to a user."""
    found = [path for package in PACKAGES for path in (ROOT / package).rglob("*.py")]
    return sorted(path for path in found if not path.is_relative_to(NOT_SPOKEN))


def relative(path: Path) -> str:
    """The path as a reference in a catalogue."""
    return path.relative_to(ROOT).as_posix()


def marked(
    fileobj: Any, keywords: Collection[str], comment_tags: Collection[str], options: Mapping[str, Any]
) -> Iterator[Any]:
    """Extraction method for Babel: calls of ``keywords`` with a literal, in the order they stand in the file.

    Babel's own method reads tokens, and before Python 3.12 an f-string is a single one: it would miss what is marked
    inside of one. Yields what Babel asks for: line, keyword, message, comments.
    """
    del comment_tags, options
    calls = [node for node in ast.walk(ast.parse(fileobj.read())) if isinstance(node, ast.Call)]
    for call in sorted(calls, key=lambda node: (node.lineno, node.col_offset)):
        match call:
            case ast.Call(func=ast.Name(id=name), args=[ast.Constant(value=str(source)), *_rest]) if name in keywords:
                yield call.lineno, name, source, []


def extracted(*keywords: str) -> Catalog:
    """The sentences that the code marks with one of ``keywords`` (all of them if none is named)."""
    template = Catalog()
    for path in modules():
        for line, message, _comments, _context in extract_from_file(marked, path, dict.fromkeys(keywords or KEYWORDS)):
            template.add(message, locations=[(relative(path), line)])
    return template


def sources(*keywords: str) -> dict[str, str]:
    """The same as a mapping of sentence to the first module that says it."""
    return {
        message.id: message.locations[0][0]
        for message in extracted(*keywords)
        if isinstance(message.id, str) and message.id
    }


def merged(written: str, template: Catalog, locale: str) -> str:
    """The text of a catalogue, brought up to date with ``template``."""
    catalog = read_po(BytesIO(written.encode()), locale=locale, abort_invalid=True)
    catalog.update(template, no_fuzzy_matching=True)
    entries = BytesIO()
    write_po(entries, catalog, width=0, omit_header=True, sort_by_file=True, ignore_obsolete=True, include_lineno=False)
    header = written.split("\n\n", maxsplit=1)[0]
    if 'msgid ""\nmsgstr' not in header:
        header = _HEADER.format(locale=locale)
    return f"{header.strip()}\n\n{entries.getvalue().decode().strip()}\n"


def main() -> None:
    """Update every catalogue and say what is left to translate."""
    template = extracted()
    for path in sorted(LOCALES.glob("*.po")):
        text = merged(path.read_text("utf-8"), template, path.stem)
        path.write_text(text, "utf-8", newline="\n")
        catalog = read_po(BytesIO(text.encode()), locale=path.stem)
        empty = sum(1 for message in catalog if message.id and not message.string)
        sys.stdout.write(f"{relative(path)}: {len(catalog)} sentences, {empty} to translate\n")


if __name__ == "__main__":
    main()

"""What kind of error a log line tells of, in words that hold no value: what is not plainly a word is not kept.

A signature goes into a status that many may read. So it is made of what is allowed, not of what is not forbidden:
numbers, quoted text, addresses, keys with values and all that looks made up are masked, and what follows a word such
as «password» is cut off.
"""

import json
import re
from collections.abc import Iterable
from itertools import groupby

LONGEST_LINE, LONGEST_TEXT, LONGEST_SIGNATURE = 4000, 500, 96
# A line without words of its own says nothing.
FEWEST_WORDS = 2
MASK = "*"

# What every line of an error has somewhere: most lines have none of it, and are looked at no further.
HINTS = ("err", "exception", "fatal", "panic", "crit", "severe", "traceback", "segfault", "alert", "emerg")
KLOG = re.compile(r"E\d{4} ")
ERROR = re.compile(r"(?i)\b(?:\w*error|\w*exception|fatal|panic|critical|severe|traceback|segfault)\b")
BAD_LEVELS = frozenset({"error", "err", "fatal", "critical", "crit", "panic", "alert", "emerg", "severe"})
LEVEL_KEYS = ("level", "lvl", "severity", "levelname", "log.level", "loglevel", "@l")
TEXT_KEYS = ("msg", "message", "event", "error", "err", "fields.message", "@m", "@mt")
# As Node's loggers number them.
NUMBERED = re.compile(r'"level": ?[56]0\b')
NUMBERS = {50: "error", 60: "fatal"}
PAIR = re.compile(r'(?<!\S)([\w.]+)=(?:"((?:[^"\\]|\\.)*+)"|(\S*))')

# A quote that does not end goes on to the end of the line; an apostrophe is none.
QUOTED = re.compile(r"\"(?:[^\"\\]|\\.?)*+\"?|'[^']*'|`[^`]*`?|«[^»]*»?")
SECRET = re.compile(
    r"(?i)pass(?:word|wd|phrase)?\b|secret|token|credential|api.?key|\bkey\b|auth|bearer|cookie|session"
)
EDGES = "()[]{}<>,;:.!?|-"
# Lower case, capitals, or humps of three letters and more: java.net.ConnectException, but no aGVsbG9X.
CHUNK = r"(?:[A-Z]?[a-z]{1,20}(?:[A-Z][a-z]{2,20}){0,5}|[A-Z]{1,12})"
WORD = re.compile(rf"{CHUNK}(?:[._/-]{CHUNK}){{0,7}}")
LONGEST_WORD = 48
HEXADECIMAL = re.compile(r"(?i)[a-f]{5,}")


def signature(line: str) -> str | None:
    """The signature of a line that tells of an error; None for any other, and for one that has no words."""
    text = error_text(line[:LONGEST_LINE].strip()) if may_be_error(line) else None
    if text is None:
        return None

    words = [word for word, _ in groupby(map(masked, unquoted(text[:LONGEST_TEXT]).split()))]
    if sum(word != MASK for word in words) < FEWEST_WORDS:
        return None

    return cut(words)


def may_be_error(line: str) -> bool:
    """False where a line needs no closer look."""
    lower = line.lower()
    return any(hint in lower for hint in HINTS) or bool(KLOG.match(line) or NUMBERED.search(line))


def error_text(line: str) -> str | None:
    """What a line says, where it is an error's: the message of JSON and of key=value pairs, else the line itself."""
    if line.startswith("{"):
        return text_of(json_fields(line))

    pairs = {key.lower(): quoted or bare for key, quoted, bare in PAIR.findall(line)}
    if not pairs.keys().isdisjoint(LEVEL_KEYS):
        return text_of(pairs)

    return line if KLOG.match(line) or ERROR.search(line) else None


def json_fields(line: str) -> dict[str, str]:
    """The texts of a line of JSON and of the objects in it, and its level in words; none where it is none."""
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return {}

    inner = ((outer, value) for outer, value in found.items() if isinstance(value, dict))
    nested = {f"{outer}.{name}": value for outer, values in inner for name, value in values.items()}
    level = {"level": NUMBERS[found["level"]]} if found.get("level") in (50, 60) else {}
    return {key.lower(): value for key, value in (nested | found | level).items() if isinstance(value, str)}


def text_of(fields: dict[str, str]) -> str | None:
    """The message of an error; None for another level."""
    level = next((fields[key] for key in LEVEL_KEYS if key in fields), "")
    if level.lower() not in BAD_LEVELS:
        return None

    return next((fields[key] for key in TEXT_KEYS if fields.get(key)), None)


def unquoted(text: str) -> str:
    """Without what is quoted, and without all that follows a word for a secret."""
    return SECRET.split(QUOTED.sub(f" {MASK} ", text), maxsplit=1)[0]


def masked(token: str) -> str:
    """The token where it is a word, or words joined as in a name; else a mask."""
    word = token.strip(EDGES)
    plain = len(word) <= LONGEST_WORD and WORD.fullmatch(word) and not HEXADECIMAL.fullmatch(word)
    return word if plain else MASK


def cut(words: Iterable[str]) -> str:
    """As many of the words as there is room for."""
    said = ""
    for word in words:
        longer = f"{said} {word}".strip()
        if len(longer) > LONGEST_SIGNATURE:
            break

        said = longer

    return said

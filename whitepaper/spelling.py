"""Spelling in Canadian English: a Hunspell dictionary and the paper's own words, both at hand without a network."""

from __future__ import annotations

import difflib
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import resources
from itertools import islice
from pathlib import Path

from spylls.hunspell import Dictionary

from whitepaper.checks.usage import data_texts
from whitepaper.markdown import AUTOLINK, BLANK, without
from whitepaper.model import Paper, Place, Problem
from whitepaper.prose import shown

OWN = "data/spelling.txt"
WORD = re.compile(r"(?<![\w@/])[^\W\d_]+(?:['’.-][^\W\d_]+)*(?![\w@]|\.\w)")
NAMED = re.compile(r"\b[A-Za-z0-9-]+\.(?:ca|com|org|net)\b")


@cache
def dictionary(language: str) -> Dictionary | None:
    """The Hunspell dictionary of a language tag such as en-CA, if the program holds one."""
    folder = resources.files("whitepaper") / "dictionary"
    name = language.replace("-", "_")
    if not (folder / f"{name}.dic").is_file():
        return None
    with resources.as_file(folder) as path:
        return Dictionary.from_files(str(path / name))


def own_words(text: str) -> tuple[str, ...]:
    """The paper's own list: a word or a name of several words a line, and what follows '#' is a remark."""
    return tuple(w for line in text.splitlines() if (w := line.partition("#")[0].strip()))


def check(paper: Paper, root: Path) -> Iterator[Problem]:
    """Every word that neither the dictionary nor the paper's own list holds, once a line."""
    spelled = dictionary(paper.publication.language)
    if spelled is None:
        return
    path = root / OWN
    listed = own_words(path.read_text(encoding="utf-8")) if path.is_file() else ()
    own = frozenset(w for w in listed if " " not in w)
    names = re.compile("|".join(rf"\b{re.escape(w)}\b" for w in listed if " " in w) or "(?!)")
    places: defaultdict[str, list[Place]] = defaultdict(list)
    for place, text in texts(paper, root):
        for word in dict.fromkeys(words(without(text, names))):
            places[word].append(place)
    known: Mapping[str, object] = paper.references
    for word in sorted(places):
        for part in _unknown(word, spelled, own):
            if word not in known:
                near = [s for s in islice(spelled.suggest(part), 5) if difflib.SequenceMatcher(None, part, s).ratio() >= 0.8]
                mend = f"write '{near[0]}', or add '{part}' to {OWN}" if near else f"mend it, or add '{part}' to {OWN}"
                yield from (Problem(place, f"'{part}' is not in the dictionary", mend) for place in places[word])


def texts(paper: Paper, root: Path) -> Iterator[tuple[Place, str]]:
    """Every text that readers see, line by line where it has lines."""
    for section in paper.sections.values():
        yield from ((Place(section.path, n), line) for n, line in enumerate(shown(section).split("\n"), 1))
    yield from data_texts(paper)
    changelog = root / "CHANGELOG.md"
    if changelog.is_file():
        yield from ((Place(changelog.name, n), line) for n, line in enumerate(changelog.read_text(encoding="utf-8").split("\n"), 1))


def words(text: str) -> list[str]:
    """The words of a text: no addresses, and nothing with a figure in it.

    >>> words("In 2023 the PTSD-related effects of (2R,6R)-HNK weren’t seen at pspnet.ca")
    ['In', 'the', 'PTSD-related', 'effects', 'of', "weren't", 'seen', 'at']
    """
    plain = without(without(text, AUTOLINK), NAMED)
    plain = re.sub(r"[\w./-]*\d[\w./,()-]*", lambda m: BLANK * len(m[0]), plain)
    return [m[0].replace("’", "'") for m in WORD.finditer(plain)]


def _unknown(word: str, spelled: Dictionary, own: frozenset[str]) -> Iterator[str]:
    """The parts of a word that are spelled nowhere; a word joined by hyphens or points is known if its parts are."""
    if not _known(word, spelled, own):
        parts = re.split(r"[.-]", word)
        yield from (part for part in parts if len(part) > 1 and not _known(part, spelled, own))


def _known(word: str, spelled: Dictionary, own: frozenset[str]) -> bool:
    """Whether a word is right, capital at a sentence's start and possessive allowed."""
    bare = re.sub(r"'s?$", "", word)
    forms = {word, bare, word.lower(), bare.lower()} if word[:1].isupper() else {word, bare}
    return bool(forms & own) or any(spelled.lookup(form) for form in forms)

"""`data/glossary.yml`: one text → terms, and where a text uses them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from markdown.extensions.toc import slugify

from whitepaper import data
from whitepaper.data import Record
from whitepaper.markdown import slug
from whitepaper.model import Problem, Term

GROUPS = ("clinical", "legal", "statistical", "evidence")
FIELDS = ("term", "forms", "group", "definition", "references")
APOSTROPHE = "(?:'|’|&#x27;|&#39;)"
QUOTED = re.compile(r"""(?:["“]|&quot;)[A-Z](?:(?!&quot;)[^"“”])*\s(?:(?!&quot;)[^"“”])*(?:["”]|&quot;)""")
WORD = re.compile(r"(?<![\w-])\w+")


def read(path: str, text: str) -> tuple[dict[str, Term], list[Problem]]:
    """The terms by anchor, in the order of the alphabet."""
    records, problems = data.records(path, text, "term")
    done: dict[str, Term] = {}
    taken: dict[str, Term] = {}
    for r in records:
        problems += data.unknown(r, FIELDS)
        name = data.words(r, "term", problems)
        term = Term(
            name, f"term-{_slug(name)}", data.words(r, "group", problems, scale=GROUPS), data.words(r, "definition", problems),
            data.several(r, "forms", problems, needed=False), data.several(r, "references", problems, needed=False), r.place,
        )  # fmt: skip
        problems += _faulty_forms(term, r, taken)
        done.setdefault(term.anchor, term)
    return dict(sorted(done.items(), key=lambda pair: (pair[0], pair[1].term))), problems


def _slug(words: str) -> str:
    return slugify(words, "-") or slug(words)


def _faulty_forms(term: Term, record: Record, taken: dict[str, Term]) -> Iterator[Problem]:
    """What is wrong with a term's forms: one cannot be found, or it or another term has it. Capitals, hyphens and accents make no other form."""
    own: set[str] = set()
    for form in (term.term, *term.forms):
        name = _slug(form)
        what = f"'{form}' is used twice"
        if form and not WORD.match(form):
            yield Problem(record.at("forms" if form in term.forms else "term"), f"'{form}' begins with no letter or digit", "write it from the first letter on")
        elif form and form in own:
            yield Problem(record.at("forms"), what, "give each form once; the term itself is one")
        elif form and taken.setdefault(name, term) is not term:
            yield Problem(record.at("forms" if form in term.forms else "term"), f"{what}, first by the term in line {taken[name].place.line}", "keep one")
        own.add(form)


@dataclass(frozen=True, slots=True)
class Recogniser:
    """What finds the forms that begin with a word, the longest first, by that word in small letters; and the term of each form."""

    starts: Mapping[str, re.Pattern[str]]
    forms: Mapping[str, Term]


@lru_cache(maxsize=2)
def recogniser(terms: tuple[Term, ...]) -> Recogniser:
    """What finds terms in a text."""
    forms = {_plain(form): term for term in terms for form in (term.term, *term.forms) if WORD.match(form)}
    starts: defaultdict[str, list[str]] = defaultdict(list)
    for form in sorted(forms, key=lambda f: (-len(f), f)):
        starts[WORD.findall(form)[0].lower()].append(_pattern(form))
    return Recogniser({word: re.compile(rf"(?:{'|'.join(patterns)})(?![\w-])") for word, patterns in starts.items()}, forms)


def _pattern(form: str) -> str:
    """A form as a pattern: over line ends, with either apostrophe, and with a capital where it has none.

    >>> _pattern("open label")
    '[oO]pen\\\\s+label'
    """
    words = r"\s+".join(re.escape(word).replace("'", APOSTROPHE) for word in form.split())
    return f"[{words[0]}{words[0].upper()}]{words[1:]}" if form == form.lower() and words[0].isalpha() else words


def _plain(words: str) -> str:
    return " ".join(re.sub(APOSTROPHE, "'", words).split())


def _forms(text: str, terms: Recogniser) -> Iterator[tuple[re.Match[str], Term, bool]]:
    """Every form in a text, its term, and whether it has a capital that the form has not."""
    at = 0
    for word in WORD.finditer(text):
        pattern = terms.starts.get(word[0].lower())
        if pattern and word.start() >= at and (m := pattern.match(text, word.start())):
            at, shown = m.end(), _plain(m[0])
            term = terms.forms.get(shown) or terms.forms.get(shown[0].lower() + shown[1:])
            if term:
                yield m, term, shown not in terms.forms


def found(text: str, terms: Recogniser, before: str = "") -> Iterator[tuple[int, int, Term]]:
    """Where a text uses a term, as (start, end, term).

    A form without capitals may have one at the beginning of a sentence; elsewhere a capital makes it part of a name.
    What stands between quotation marks and begins with a capital is a title or somebody's words, and is left alone.

    Args:
        before: the text that stands before, in the same paragraph.
    """
    quoted: list[tuple[int, int]] | None = None
    for m, term, capital in _forms(text, terms):
        named = capital and (re.match(r"\s+[A-Z]", text[m.end() :]) or not _begins(before + text[: m.start()]))
        quoted = [q.span() for q in QUOTED.finditer(text)] if quoted is None else quoted
        if not named and not any(start < m.start() < end for start, end in quoted):
            yield m.start(), m.end(), term


def _begins(before: str) -> bool:
    """Whether a sentence begins after a text."""
    return before.rstrip(" \t\n\"“‘(['").rstrip('"”’)]')[-1:] in ("", ".", "!", "?", ":", "…")


def unused(texts: Iterable[str], terms: tuple[Term, ...]) -> list[Term]:
    """The terms that no text uses in any place, names included."""
    left, known = {term.anchor: term for term in terms}, recogniser(terms)
    for text in texts:
        for _, term, _ in _forms(text, known):
            left.pop(term.anchor, None)
        if not left:
            break
    return list(left.values())

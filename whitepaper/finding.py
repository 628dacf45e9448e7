"""What the search finds besides pages and their headings: each claim, recommendation, term and reference, by its own name.

A reader's browser is given an index without entries when a page loads, and fetches the entries with the first question.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from html import escape as e
from pathlib import Path
from typing import Any

from whitepaper.bibliography import REFERENCES, Drawing
from whitepaper.checks.glossary import PAGE
from whitepaper.markdown import slug
from whitepaper.register_pages import CLAIMS, RECOMMENDATIONS
from whitepaper.running import HELP

INDEX, ENTRIES = "search_index.json", "entries.json"
MORE, LESS = 2.0, 0.5  # a claim says in one sentence what a section says in many; a work's entry holds words of every kind
OWN = re.compile(r'"search": "(?P<to>[^"]*assets/javascripts/workers/)(?P<name>search\.\w+\.min\.js)"')
TAG = re.compile(r"<[^>]+>")
Entry = dict[str, Any]


def entries(drawing: Drawing, urls: Mapping[str, str]) -> list[Entry]:
    """An entry for each claim, recommendation, term and reference whose page the paper has; titles and texts are HTML."""
    paper, said = drawing.paper, drawing.words["search"]
    found: dict[str, list[tuple[str, str, tuple[str, ...]]]] = {
        CLAIMS: [(c.number, said["claim"].format(number=c.number), (c.statement, c.reason)) for c in paper.claims.values()],
        RECOMMENDATIONS: [(r.number, said["recommendation"].format(number=r.number), (r.statement, r.why, r.actor)) for r in paper.recommendations.values()],
        PAGE: [(t.anchor, t.term, (", ".join(t.forms), t.definition)) for t in paper.terms.values()],
    }
    plain = [
        _entry(urls[page], anchor, e(title), map(e, texts)) | ({} if page == PAGE else {"boost": MORE})
        for page, rows in found.items() if page in urls for anchor, title, texts in rows
    ]  # fmt: skip
    return plain + (list(_references(drawing, urls[REFERENCES])) if REFERENCES in urls else [])


def _references(drawing: Drawing, page: str) -> Iterator[Entry]:
    for key in drawing.formatted.order:
        label = drawing.formatted.labels[key]
        name, entry = label.author + label.delimiter + label.year, TAG.sub("", drawing.formatted.entries[key])
        yield _entry(page, f"ref-{slug(key)}", name, [entry]) | {"boost": LESS}


def _entry(page: str, anchor: str, title: str, texts: Iterable[str]) -> Entry:
    return {"location": f"{page}#{anchor}", "title": TAG.sub("", title), "text": "".join(f"<p>{t}</p>" for t in texts if t)}


def with_own_worker(page: str) -> str:
    """A page that asks our worker, which begins the theme's own when there is a question.

    >>> with_own_worker('"search": "../assets/javascripts/workers/search.0a.min.js"')
    '"search": "../assets/javascripts/workers/search.js?search.0a.min.js"'
    """
    return OWN.sub(r'"search": "\g<to>search.js?\g<name>"', page)


def tags(drawing: Drawing, urls: Mapping[str, str]) -> dict[str, list[str]]:
    """The words that lead to help before anything else, by the page's address."""
    return {urls[HELP]: list(drawing.words["search"]["help"])} if HELP in urls else {}


def write(folder: Path, found: list[Entry], tagged: Mapping[str, list[str]], whole: bool) -> None:
    """Add entries to the index that the search made, without the headings of sources; write them apart from it, or whole where a page may not fetch."""
    path = folder / INDEX
    if not path.exists():
        return
    index = json.loads(path.read_text(encoding="utf-8"))
    index["docs"] = [entry for entry in index["docs"] if not entry["location"].endswith("#sources-cited-here")] + found
    for entry in index["docs"]:
        entry |= {"tags": tagged[entry["location"]]} if entry["location"] in tagged else {}
    if not whole:
        (folder / ENTRIES).write_text(_json({"docs": index["docs"]}), encoding="utf-8")
        index["docs"] = []
    path.write_text(_json(index), encoding="utf-8")


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))

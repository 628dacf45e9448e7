"""The feed of changes, for readers who follow the paper, and what a robot may read."""

from __future__ import annotations

import uuid
import xml.etree.ElementTree as ElementTree

import markdown

from whitepaper.language import Words, date
from whitepaper.model import Change, Paper

ATOM = "http://www.w3.org/2005/Atom"
PATH = "feed.xml"


def anchor(change: Change) -> str:
    """A version's anchor on the page of changes, the same for ever."""
    return "v" + change.version.replace(".", "-")


def heading(change: Change, words: Words) -> str:
    """How readers see a version named: '0.2.0, 21 November 2026'."""
    return f"{change.version}, {date(change.date, words)}"


def as_markdown(paper: Paper, words: Words, address: str) -> str:
    """The changes as their page shows them: where the feed is, then each version under its heading."""
    return f"[{words['changes']['follow']}]({address})\n\n" + "\n\n".join(f"## {heading(c, words)} {{#{anchor(c)}}}\n\n{c.text}" for c in paper.changes)


def atom(paper: Paper, words: Words, changes_page: str) -> str:
    """The changes as an Atom feed; links only where the paper has an address, names that never change in any case.

    Args:
        changes_page: the page of changes, from the site's root.
    """
    record = paper.publication
    root = ElementTree.Element("feed", {"xmlns": ATOM, "xml:lang": record.language})
    _add(root, "id", _name(record.name))
    _add(root, "title", words["changes"]["feed"].format(title=record.title))
    _add(root, "updated", f"{record.date}T00:00:00Z")
    author = ElementTree.SubElement(root, "author")
    _add(author, "name", ", ".join(c.whole for c in record.authors))
    if record.address:
        ElementTree.SubElement(root, "link", rel="self", type="application/atom+xml", href=record.address + PATH)
        ElementTree.SubElement(root, "link", rel="alternate", type="text/html", href=record.address + changes_page)
    for change in paper.changes:
        entry = ElementTree.SubElement(root, "entry")
        _add(entry, "id", _name(f"{record.name} {change.version}"))
        _add(entry, "title", heading(change, words))
        _add(entry, "updated", f"{change.date}T00:00:00Z")
        if record.address:
            ElementTree.SubElement(entry, "link", rel="alternate", type="text/html", href=f"{record.address}{changes_page}#{anchor(change)}")
        _add(entry, "content", markdown.markdown(change.text), type="html")
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"


def _add(parent: ElementTree.Element, tag: str, text: str, **attributes: str) -> None:
    ElementTree.SubElement(parent, tag, attributes).text = text


def _name(text: str) -> str:
    """A name that stays, whatever address the paper moves to."""
    return uuid.uuid5(uuid.NAMESPACE_URL, text).urn


def robots(address: str) -> str:
    """robots.txt: all is open; the sitemap is named where the paper has an address."""
    return "User-agent: *\nAllow: /\n" + (f"Sitemap: {address}sitemap.xml\n" if address else "")

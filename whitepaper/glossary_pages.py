"""Terms as readers see them: the glossary, and in every other page's text a link with its meaning at the first use."""

from __future__ import annotations

import re
from html import escape as e
from html.parser import HTMLParser
from itertools import groupby

from whitepaper import glossary
from whitepaper.bibliography import Address, Drawing, Mention, group
from whitepaper.checks.glossary import PAGE, WITHOUT
from whitepaper.glossary import GROUPS
from whitepaper.markdown import slug
from whitepaper.model import Paper, Section, Term

INLINE = re.compile(r"a|abbr|b|bdi|cite|code|del|dfn|em|i|img|ins|kbd|mark|q|s|samp|small|span|strong|sub|sup|time|u|var|wbr")
VOID = re.compile(r"br|col|hr|img|input|source|wbr")
SKIPPED = re.compile(
    r"a|b|blockquote|button|caption|cite|code|dfn|figcaption|h[1-6]|kbd|label|legend|option|pre|q|samp|script|select|strong|style|summary|svg|table|textarea"
)
NOT_TEXT = frozenset(("admonition-title", "wp-cite", "wp-exhibit", "wp-facts", "wp-records", "wp-references", "wp-sources", "wp-badge"))
USED = re.compile(r'<a class="wp-term" href="[^"]*#(?P<anchor>[^"]+)">')


class Running(HTMLParser):
    """The running text of a page: stretches of its HTML as (start, end), each with what stands before it in its paragraph.

    Headings, links, bold lead-ins, code, tables, quotations and what is drawn from data are not running text.
    """

    def __init__(self, content: str) -> None:
        super().__init__(convert_charrefs=False)
        self.stretches: list[tuple[int, int, str]] = []
        self._open: list[tuple[str, bool]] = []
        self._before = ""
        self._content = content
        self._lines = [0, *(m.end() for m in re.finditer("\n", content))]
        self.feed(content)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._before = self._before if INLINE.fullmatch(tag) else ""
        if not VOID.fullmatch(tag):
            classes = next((value or "" for name, value in attrs if name == "class"), "").split()
            self._open.append((tag, bool(SKIPPED.fullmatch(tag)) or not NOT_TEXT.isdisjoint(classes)))

    def handle_endtag(self, tag: str) -> None:
        self._before = self._before if INLINE.fullmatch(tag) else ""
        if any(name == tag for name, _ in self._open):
            while self._open.pop()[0] != tag:
                continue

    def handle_data(self, data: str) -> None:
        if not any(skipped for _, skipped in self._open):
            line, column = self.getpos()
            start = self._lines[line - 1] + column
            if self.stretches and self.stretches[-1][1] == start:
                first, _, before = self.stretches.pop()
                self.stretches.append((first, start + len(data), before))
            else:
                self.stretches.append((start, start + len(data), self._before))
        self._before += data

    def handle_entityref(self, name: str) -> None:
        self._reference(f"&{name}")

    def handle_charref(self, name: str) -> None:
        self._reference(f"&#{name}")

    def _reference(self, raw: str) -> None:
        """A character written as its name or number is text like any other."""
        line, column = self.getpos()
        closed = self._content.startswith(";", self._lines[line - 1] + column + len(raw))
        self.handle_data(raw + ";" if closed else raw)


def with_terms(content: str, path: str, drawing: Drawing, address: Address) -> str:
    """A page's HTML with each term, where its running text first uses it, as a link to the glossary."""
    if not drawing.paper.terms or path in WITHOUT:
        return content
    terms = drawing.terms
    page, seen, at = e(address(PAGE)), set[str](), 0
    parts: list[str] = []
    for start, end, before in Running(content).stretches:
        for begin, stop, term in glossary.found(content[start:end], terms, before):
            if term.anchor not in seen:
                seen.add(term.anchor)
                parts += [content[at : start + begin], f'<a class="wp-term" href="{page}#{term.anchor}">{content[start + begin : start + stop]}</a>']
                at = start + stop
    return "".join([*parts, content[at:]])


def with_meanings(content: str, drawing: Drawing, address: Address) -> str:
    """A page's HTML with the meanings of the terms that it explains, hidden: what their preview shows."""
    said = drawing.words["glossary"]
    rows = []
    for m in USED.finditer(content):
        term = drawing.paper.terms[m["anchor"]]
        link = f'<a href="{e(address(PAGE))}#{term.anchor}">{e(said["whole"])}</a>'
        rows.append(
            f'<li id="source-{term.anchor}"><strong>{e(term.term)}</strong>: {_meaning(term, drawing, address)}<span class="wp-note">{link}</span></li>'
        )
    if not rows:
        return content
    return f'{content}\n<ul class="wp-terms" data-label="{e(said["preview"])}" hidden>\n' + "\n".join(rows) + "\n</ul>"


def _meaning(term: Term, drawing: Drawing, address: Address, anchored: bool = False) -> str:
    """A term's definition with the works that it rests on."""
    cites = group(term.references, drawing, address, (lambda key: _anchor(term, key)) if anchored else (lambda _: ""))
    return f"{e(term.definition.rstrip('.'))} {cites}." if cites else e(term.definition)


def _anchor(term: Term, key: str) -> str:
    return f"cite-{term.anchor}-{slug(key)}"


def mentions(paper: Paper) -> list[Mention]:
    """The works that the glossary names."""
    return [Mention(key, PAGE, _anchor(t, key), f"{paper.sections[PAGE].title}, {t.term}") for t in paper.terms.values() for key in t.references]


def keys(section: Section, paper: Paper) -> list[str]:
    """The works that a section's glossary names, if it draws one."""
    drawn = any(m.kind == "list" and m.name == "glossary" for m in section.marks)
    return [key for t in paper.terms.values() for key in t.references] if drawn else []


def _groups(paper: Paper) -> list[tuple[str, list[Term]]]:
    """The groups that have terms, each with its own in the order of the alphabet."""
    found = [(name, [t for t in paper.terms.values() if t.group == name]) for name in GROUPS]
    return [(name, terms) for name, terms in found if terms]


def markdown(drawing: Drawing) -> str:
    """The glossary as Markdown: the index, then a heading for each group, with comments where HTML will stand."""
    said = drawing.words["glossary"]["groups"]
    return "<!-- terms by letter -->\n" + "".join(f"\n## {said[name]} {{#terms-{name}}}\n\n<!-- terms {name} -->\n" for name, _ in _groups(drawing.paper))


def with_lists(content: str, drawing: Drawing, address: Address) -> str:
    """A page's HTML with the index of all terms and the terms of each group."""
    drawn = {"by letter": _index(drawing)} | {name: _list(terms, drawing, address) for name, terms in _groups(drawing.paper)}
    return re.sub(r"<!-- terms ([a-z ]+) -->", lambda m: drawn.get(m[1], m[0]), content)


def _index(drawing: Drawing) -> str:
    """All terms by their first letter, whatever their group."""
    rows = []
    for letter, terms in groupby(drawing.paper.terms.values(), lambda t: t.anchor.removeprefix("term-")[:1].upper()):
        links = " · ".join(f'<a href="#{t.anchor}">{e(t.term)}</a>' for t in terms)
        rows.append(f"<li><strong>{e(letter)}</strong> <span>{links}</span></li>")
    head = f'<nav aria-label="{e(drawing.words["glossary"]["index"])}" data-search-exclude="each">\n<ul class="wp-letters">'
    return "\n".join([head, *rows, "</ul>\n</nav>"])


def _list(terms: list[Term], drawing: Drawing, address: Address) -> str:
    """Terms as a list of definitions."""
    rows = [f'<dt id="{t.anchor}"><dfn>{e(t.term)}</dfn></dt>\n<dd>{_meaning(t, drawing, address, anchored=True)}</dd>' for t in terms]
    return '<dl class="wp-glossary" data-search-exclude="each">\n' + "\n".join(rows) + "\n</dl>"

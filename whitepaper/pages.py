"""A section's text as it is handed to Markdown: citations, links and lists drawn in their places."""

from __future__ import annotations

import html
import posixpath
import re
from functools import partial

from whitepaper import bibliography, citing, downloads, evidence, finding, glossary_pages, register_pages
from whitepaper.bibliography import REFERENCES, Address, Drawing
from whitepaper.citeproc import Formatted, Label
from whitepaper.exports import feed
from whitepaper.language import Words
from whitepaper.markdown import earlier_anchor, slug
from whitepaper.model import Citation, Cite, Mark, Paper, Section
from whitepaper.order import resolve

HEADING = re.compile(r'<h[1-6]\b[^>]*?\bid="(?P<id>[^"]*)"[^>]*>')
LIST = "<!-- list of works -->"
HELP = "docs/help.md"
SPECIAL = re.compile(r"[\[\]*_`\\~^={}|$]")
LOCATOR = re.compile(
    r"^,?\s*(?:\{.*\}|(?:pp?|ch|chs|chaps?|secs?|ss?|paras?|figs?|vols?|nos?|n|l|ll|parts?|tables?|chapters?|sections?|figures?)\b\.?\s*[\w–—.,\s-]*|[\divxlc][\w–—,\s-]*|¶.*|§.*)$",
    re.I,
)

OPEN, CLOSE = "\ue000", "\ue001"
WHOLE, YEAR, AUTHOR, NARRATIVE = "w", "y", "a", "n"
TOKEN = re.compile(f"{OPEN}(?P<number>\\d+)(?P<form>[wyan]){CLOSE}")

STRAY = re.compile(r'(<input class="md-toggle"[^>]*?) autocomplete="off"')
OUTSIDE = re.compile(r'<a (?![^>]*\brel=)(?=[^>]*\bhref="https?://)')

Change = tuple[int, int, str]


def draw(path: str, drawing: Drawing) -> str:
    """The Markdown of a page's body, with a token for each cited work and LIST where its list of works will stand."""
    section = drawing.paper.sections[path]
    changes: list[Change] = []
    count = 0
    for citation in section.citations:
        changes.append((citation.start, citation.end, citation_text(citation, count, drawing.formatted)))
        count += len(citation.cites)
    changes += [(link.start, link.end, new) for link in section.links if (new := _mended_link(link.target, section, drawing.paper)) is not None]
    lists = [(start, end, LIST) for _, start, end in section.commands]
    for mark in section.marks:
        if (mark.kind, mark.name) == ("list", "glossary"):
            drawn = glossary_pages.markdown(drawing)
        elif (mark.kind, mark.name) == ("list", "changes"):
            drawn = feed.as_markdown(drawing.paper, drawing.words, _relative(f"docs/{feed.PATH}", path))
        elif mark.kind in ("exhibit", "again", "list"):
            drawn = f"<!-- {mark.kind} {mark.name} -->"
        else:
            drawn = evidence.inline(mark, drawing, lambda p: _relative(p, path))
        changes.append((mark.start, mark.end, drawn))
    text = _apply(section.text, [*changes, *lists], section.body)
    if section.draft:
        text = _with_banner(text, drawing.words)
    if (evidence.keys(section, drawing.paper) or register_pages.named(drawing.paper, section)) and not section.commands and path != REFERENCES:
        title = drawing.words["citations"]["here"]
        text = f"{text.rstrip()}\n\n## {title} {{#sources-cited-here}}\n\n{LIST}\n"
    return text


def with_list(content: str, path: str, drawing: Drawing, address: Address) -> str:
    """A page's HTML with its list of works: all references on their page, else the section's own.

    Lists are put in as HTML, because Markdown would take longer over them than over all the rest.
    """
    return content.replace(LIST, _list(drawing.paper.sections[path], drawing, address)) if LIST in content else content


def earlier_anchors(section: Section) -> dict[str, str]:
    """The anchors that the numbered headings had in the earlier public paper, by those they have."""
    return {h.anchor: e for h in section.headings if (e := earlier_anchor(h.text))}


def with_earlier_anchors(content: str, section: Section) -> str:
    """A page's HTML whose numbered headings also answer to their earlier anchors."""
    earlier = earlier_anchors(section)
    return HEADING.sub(lambda m: f'{m[0]}<span id="{earlier[m["id"]]}"></span>' if m["id"] in earlier else m[0], content)


def _list(section: Section, drawing: Drawing, address: Address) -> str:
    paper = drawing.paper
    if section.path == REFERENCES:
        return bibliography.whole(drawing, address, evidence.mentions(paper, drawing.numbers), lambda key: register_pages.leaning(key, drawing, address))
    rows = bibliography.source_rows(evidence.keys(section, paper), drawing, address) + register_pages.source_rows(section, drawing, address)
    label = html.escape(drawing.words["citations"]["preview"])
    return f'<ul class="wp-sources" data-label="{label}">\n' + "\n".join(rows) + "\n</ul>"


def with_data(content: str, path: str, drawing: Drawing, address: Address) -> str:
    """A page's HTML with its exhibits, its lists of claims and recommendations, and its glossary."""
    section = drawing.paper.sections[path]
    for mark in section.marks:
        if mark.kind in ("exhibit", "again"):
            drawn = evidence.exhibit(drawing.paper.exhibits[mark.name], drawing, address, path)
        elif (mark.kind, mark.name) == ("list", "glossary"):
            content = glossary_pages.with_lists(content, drawing, address)
            continue
        elif mark.kind == "list":
            drawn = _listed(mark, section, drawing, address)
        else:
            continue
        content = re.sub(rf"(?:<p>)?<!-- {mark.kind} {re.escape(mark.name)} -->(?:</p>)?", partial(_constant, drawn), content, count=1)
    return content


def _listed(mark: Mark, section: Section, drawing: Drawing, address: Address) -> str:
    """What a mark that stands for a list, or for how to cite, is drawn as."""
    if mark.name == "exhibits":
        return evidence.listed(drawing, address)
    if mark.name == "documents":
        return downloads.listed(drawing, address)
    if mark.name == "readings":
        return evidence.readings(drawing)
    if mark.name == "cite-this":
        return citing.this(drawing.paper, drawing.cited, drawing.words, address)
    if mark.name == "cite-part":
        return citing.part(drawing.paper, drawing.cited, drawing.words)
    return register_pages.listed(mark, section, drawing, address)


def ways(paper: Paper) -> list[tuple[str, str]]:
    """Where to go from an address that is none, as path and title: the first two pages of the paper, references and help."""
    paths = [*(step.path for step in paper.order[:2]), REFERENCES, HELP]
    return [(path, paper.sections[path].title) for path in dict.fromkeys(paths) if path in paper.sections]


def finished(page: str, offline: bool = False) -> str:
    """A whole page as it is served: valid where Material gives check boxes an attribute that is for text alone, with links to other
    sites that hand them nothing of this one, and asking our own worker, except in the copy that is read from disk.

    >>> finished('<a class="x" href="https://example.org/">there</a> <a href="../">here</a>')
    '<a rel="noopener" class="x" href="https://example.org/">there</a> <a href="../">here</a>'
    """
    page = OUTSIDE.sub('<a rel="noopener" ', STRAY.sub(r"\1", page))
    return page if offline else finding.with_own_worker(page)


def identities(content: str) -> set[str]:
    """The anchors that a page's HTML holds."""
    return set(re.findall(r'\sid="([^"]+)"', content))


def _constant(text: str, _: re.Match[str]) -> str:
    return text


def _apply(text: str, changes: list[Change], body: int) -> str:
    """The text from `body` on with some stretches replaced."""
    parts, at = [], body
    for start, end, new in sorted(changes):
        parts += [text[at:start], new]
        at = end
    return "".join([*parts, text[at:]])


def _relative(target: str, origin: str) -> str:
    return posixpath.relpath(target, posixpath.dirname(origin))


def _mended_link(target: str, section: Section, paper: Paper) -> str | None:
    """A link to a page of the paper, as a path that MkDocs can follow; None where it is one already or leads elsewhere."""
    path, mark, anchor = target.partition("#")
    if not path or re.match(r"^[a-zA-Z][a-zA-Z0-9+.-]*:|^//", target):
        return None
    if posixpath.normpath(posixpath.join(posixpath.dirname(section.path), path)) in paper.files:
        return None
    page = resolve(path, section.path, paper.sections)
    return _relative(page, section.path) + mark + anchor if page else None


def _with_banner(text: str, words: Words) -> str:
    """The text with a notice under its H1 that it is a draft."""
    banner = f'\n!!! warning "{words["draft"]["title"]}"\n    {words["draft"]["text"]}\n'
    return re.sub(r"\A(\s*#[^\n]*\n)", lambda m: m[1] + banner, text, count=1)


def citation_text(citation: Citation, first: int, formatted: Formatted) -> str:
    """A citation as Markdown, with a token for each work: its number on the page and its form.

    Args:
        first: the number of the citation's first work among those that the page cites.
    """
    pairs = [(cite, first + n) for n, cite in enumerate(citation.cites)]
    if citation.cites[0].mode == "narrative":
        return _narrative(pairs, formatted)
    return formatted.style.prefix + _group(_sorted(pairs, formatted), formatted) + formatted.style.suffix


def with_citations(content: str, path: str, drawing: Drawing, address: Address) -> str:
    """A page's HTML with each token as a link to the work's entry; Markdown would take longer over links than over all the rest."""
    cited = [mention for row in drawing.mentions[path] for mention in row]
    page = html.escape(address(REFERENCES)) if cited else ""

    def drawn(m: re.Match[str]) -> str:
        mention = cited[int(m["number"])]
        label = _label(m["form"], drawing.formatted.labels[mention.key], drawing)
        return f'<a class="citation" id="{mention.anchor}" href="{page}#ref-{slug(mention.key)}">{label}</a>'

    return TOKEN.sub(drawn, content)


def _label(form: str, label: Label, drawing: Drawing) -> str:
    """A work's label in one of its forms: whole, year alone, author alone or narrative."""
    style = drawing.formatted.style
    if form == WHOLE or not label.year:
        return label.author + label.delimiter + label.year
    if form == YEAR:
        return label.year
    author = label.author.replace(" &amp; ", f" {drawing.words['citations']['and']} ").replace(",”", "”")
    return author if form == AUTHOR else f"{author} {html.escape(style.prefix)}{label.year}{html.escape(style.suffix)}"


def _token(number: int, form: str) -> str:
    return f"{OPEN}{number}{form}{CLOSE}"


def _narrative(pairs: list[tuple[Cite, int]], formatted: Formatted) -> str:
    """`@li2010 [p. 3; @b]`: the author in the sentence, the rest in parentheses."""
    (cite, number), rest, style = pairs[0], pairs[1:], formatted.style
    year, tail = formatted.labels[cite.key].year, _tail(cite, formatted)
    if not year:
        inside = tail.lstrip(" ,")
        return _token(number, WHOLE) + (f" {style.prefix}{inside}{style.suffix}" if inside else "")
    if not tail and not rest:
        return _token(number, NARRATIVE)
    more = style.delimiter + _group(_sorted(rest, formatted), formatted) if rest else ""
    return f"{_token(number, AUTHOR)} {style.prefix}{_marked(year)}{tail}{more}{style.suffix}"


def _marked(label: str) -> str:
    """A label as Markdown: its marks are shown, its HTML holds."""
    return SPECIAL.sub(lambda m: f"&#{ord(m[0])};", label)


def _group(pairs: list[tuple[Cite, int]], formatted: Formatted) -> str:
    """Works in parentheses; of works of one author in a row, the later ones show their years alone."""
    done, before = "", None
    for cite, number in pairs:
        joins = before is not None and formatted.style.collapses and _joins(before, cite, formatted)
        done += (", " if joins else formatted.style.delimiter) if before is not None else ""
        done += f"{cite.prefix} " if cite.prefix else ""
        done += _token(number, YEAR if joins or cite.mode == "year" else WHOLE) + _tail(cite, formatted)
        before = cite
    return done


def _joins(before: Cite, cite: Cite, formatted: Formatted) -> bool:
    """Whether a work follows another by the very same people with nothing between them."""
    one, two = formatted.labels[before.key], formatted.labels[cite.key]
    bare = not (before.suffix or cite.prefix or cite.suffix) and before.mode == cite.mode == "normal"
    return bare and one.people == two.people and bool(one.year and two.year) and before.key != cite.key


def _tail(cite: Cite, formatted: Formatted) -> str:
    """What follows a work, as the style prints it; after law, as written."""
    if not cite.suffix:
        return ""
    return formatted.tails.get(cite.suffix) or html.escape(cite.suffix, False)


def _sorted(pairs: list[tuple[Cite, int]], formatted: Formatted) -> list[tuple[Cite, int]]:
    """A group in the style's order, works of one author by year; as written where words between the works depend on their order."""
    fixed = any(c.prefix or c.mode != "normal" or (c.suffix and not LOCATOR.match(c.suffix)) for c, _ in pairs)
    if fixed or not formatted.style.sorts:
        return pairs
    rank = formatted.rank
    first: dict[str, int] = {}
    for cite, _ in pairs:
        author = formatted.labels[cite.key].author
        first[author] = min(rank[cite.key], first.get(author, rank[cite.key]))

    def order(pair: tuple[Cite, int]) -> tuple[int, bool, str, int]:
        label = formatted.labels[pair[0].key]
        return first[label.author], label.year[:1].isdigit(), label.year, rank[pair[0].key]

    return sorted(pairs, key=order)

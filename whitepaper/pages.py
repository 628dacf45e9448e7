"""A section's text as it is handed to Markdown: citations, links and lists drawn in their places."""

from __future__ import annotations

import html
import posixpath
import re
from collections.abc import Callable
from functools import cache, partial

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
LOCATOR = re.compile(
    r"^,?\s*(?:\{.*\}|(?:pp?|ch|chs|chaps?|secs?|ss?|paras?|figs?|vols?|nos?|n|l|ll|parts?|tables?|chapters?|sections?|figures?)\b\.?\s*[\w–—.,\s-]*|[\divxlc][\w–—,\s-]*|¶.*|§.*)$",
    re.I,
)

OPEN, CLOSE = "\ue000", "\ue001"
WHOLE, YEAR, AUTHOR, NARRATIVE = "whole", "year", "author", "narrative"
TOKEN = re.compile(f"{OPEN}(?P<citation>\\d+)[.](?P<part>\\d+){CLOSE}")

STRAY = re.compile(r'(<input class="md-toggle"[^>]*?) autocomplete="off"')
OUTSIDE = re.compile(r'<a (?![^>]*\brel=)(?=[^>]*\bhref="https?://)')

Change = tuple[int, int, str]
Named = Callable[[int, str], str]


def draw(path: str, drawing: Drawing) -> str:
    """The Markdown of a page's body, with tokens for each citation and LIST where its list of works will stand.

    It needs no work's label, so that works are formatted while Markdown is rendered.
    """
    section = drawing.paper.sections[path]
    changes: list[Change] = [(c.start, c.end, citation_text(c, n)) for n, c in enumerate(section.citations)]
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


def citation_text(citation: Citation, number: int) -> str:
    """A citation as Markdown: a token for each part of it, and between the parts the words that its author wrote before a work.

    `[see @a, p. 3; cf. @b]`, the fourth of its page, is `<3.0>see<3.1>cf.<3.2>`.
    """
    prefixes = [cite.prefix for cite in citation.cites if cite.prefix]
    return _token(number, 0) + "".join(prefix + _token(number, n) for n, prefix in enumerate(prefixes, 1))


def _token(citation: int, part: int) -> str:
    return f"{OPEN}{citation}.{part}{CLOSE}"


def with_citations(content: str, path: str, drawing: Drawing, address: Address) -> str:
    """A page's HTML with each citation in place of its tokens, each work in it a link to its entry."""
    citations = drawing.paper.sections[path].citations
    page = html.escape(address(REFERENCES)) if citations else ""

    @cache
    def parts(number: int) -> list[str]:
        mentions = drawing.mentions[path][number]

        def named(n: int, form: str) -> str:
            mention = mentions[n]
            label = _label(form, drawing.formatted.labels[mention.key], drawing)
            return f'<a class="citation" id="{mention.anchor}" href="{page}#ref-{slug(mention.key)}">{label}</a>'

        return citation_parts(citations[number], drawing.formatted, named)

    return TOKEN.sub(lambda m: parts(int(m["citation"]))[int(m["part"])], content)


def _label(form: str, label: Label, drawing: Drawing) -> str:
    """A work's label in one of its forms: whole, year alone, author alone or narrative."""
    style = drawing.formatted.style
    if form == WHOLE or not label.year:
        return label.author + label.delimiter + label.year
    if form == YEAR:
        return label.year
    author = label.author.replace(" &amp; ", f" {drawing.words['citations']['and']} ").replace(",”", "”")
    return author if form == AUTHOR else f"{author} {_text(style.prefix)}{label.year}{_text(style.suffix)}"


def citation_parts(citation: Citation, formatted: Formatted, named: Named) -> list[str]:
    """A citation as HTML, cut where words of its author stand before a work.

    Args:
        named: gives a work of the citation, by its number there, in one of the forms of a label.
    """
    pairs = list(enumerate(citation.cites))
    if citation.cites[0].mode == "narrative":
        return _narrative(pairs, formatted, named).split(OPEN)
    style = formatted.style
    return (_text(style.prefix) + _group([(cite, n) for n, cite in pairs], formatted, named) + _text(style.suffix)).split(OPEN)


def _text(words: str) -> str:
    return html.escape(words, False)


def _narrative(pairs: list[tuple[int, Cite]], formatted: Formatted, named: Named) -> str:
    """`@li2010 [p. 3; @b]`: the author in the sentence, the rest in parentheses."""
    (number, cite), rest, style = pairs[0], [(c, n) for n, c in pairs[1:]], formatted.style
    year, tail = formatted.labels[cite.key].year, _tail(cite, formatted)
    if not year:
        inside = tail.lstrip(" ,")
        return named(number, WHOLE) + (f" {_text(style.prefix)}{inside}{_text(style.suffix)}" if inside else "")
    if not tail and not rest:
        return named(number, NARRATIVE)
    more = _text(style.delimiter) + _group(rest, formatted, named) if rest else ""
    return f"{named(number, AUTHOR)} {_text(style.prefix)}{year}{tail}{more}{_text(style.suffix)}"


def _group(pairs: list[tuple[Cite, int]], formatted: Formatted, named: Named) -> str:
    """Works in parentheses, with OPEN for the words before one; of works of one author in a row, the later ones show their years alone."""
    done, before = "", None
    for cite, number in _sorted(pairs, formatted):
        joins = before is not None and formatted.style.collapses and _joins(before, cite, formatted)
        done += (", " if joins else _text(formatted.style.delimiter)) if before is not None else ""
        done += f"{OPEN} " if cite.prefix else ""
        done += named(number, YEAR if joins or cite.mode == "year" else WHOLE) + _tail(cite, formatted)
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
    return formatted.tails.get(cite.suffix) or _text(cite.suffix)


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

"""A book's HTML as Typst's own code. Text always stands in quotes, so no mark of the text is taken for one of Typst.

`<p>A <em>b</em></p>` becomes `par({"A ";emph({"b"})})`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable

from lxml.html import HtmlElement

from whitepaper.exports import flow

ROOM, DENSE_ROOM = 92, 138  # characters in a line of a table, and of a dense one
MOST = 10  # columns; a table of more is a row of cards
USUAL = 12  # letters; a longer word may be hyphenated
BOLD = 1.15  # how much wider a bold letter is
BREAKS, MAY_BREAK = re.compile(r"/+|[._?=&%-]"), "\\g<0>\u200b"  # where an address that is shown may go on in the next line
INLINE = {"em": "emph", "i": "emph", "cite": "emph", "strong": "strong", "b": "strong", "sup": "super", "sub": "sub", "del": "strike", "s": "strike"}


def quoted(text: str) -> str:
    """A text as a Typst string."""
    return json.dumps(text, ensure_ascii=False).replace("\\/", "/")


def code(tree: HtmlElement) -> str:
    """All of a tree as Typst statements."""
    return "\n".join(_blocks(tree))


def _labelled(statement: str, *anchors: str | None) -> str:
    """A statement's result under an anchor; of several, the others stand on empty places before it."""
    given = [a for a in anchors if a]
    if not given:
        return statement
    before = "".join(f"[#metadata(none)#label({quoted(a)})];" for a in given[1:])
    return f"{before}[#{statement}#label({quoted(given[0])})]"


def _body(statements: Iterable[str]) -> str:
    return "{" + ";".join(statements) + "}"


def _inlines(element: HtmlElement, trim: bool = False) -> list[str]:
    """The content of an element that holds text and inline elements."""
    return _run(flow.inlines(element, trim))


def _run(found: list[flow.Piece]) -> list[str]:
    """A run of text and inline elements as statements."""
    return [quoted(piece) if isinstance(piece, str) else _inline(piece) for piece in found]


def _inline(element: HtmlElement) -> str:
    """One inline element; one that has no meaning here gives its content."""
    tag, kinds = element.tag, str(element.get("class") or "").split()
    identity = element.get("id")
    if tag == "br":
        return "linebreak()"
    if tag == "img":
        return _image(element)
    if tag in ("code", "kbd", "samp"):
        return _labelled(f"raw({quoted(element.text_content())})", identity)
    body = _body(_inlines(element))
    if tag == "a" and element.get("href"):
        link = _link(str(element.get("href")), element, body)
        return _labelled(f"term({link})" if "wp-term" in kinds else link, identity)
    if "wp-badge" in kinds:
        body = f"badge({quoted(element.text_content())})"
    elif "wp-note" in kinds or "wp-brief" in kinds:
        body = f"{kinds[0].removeprefix('wp-')}({body})"
    elif "wp-uses" in kinds:
        body = _uses(element, body)
    elif tag in INLINE:
        body = f"{INLINE[tag]}({body})"
    if element.get("lang"):
        body = f"text(lang: {quoted(str(element.get('lang')).split('-')[0])}, {body})"
    return _labelled(body if body[0] != "{" else f"[#{body}]", identity) if identity else body


def _link(target: str, element: HtmlElement, body: str) -> str:
    if target.startswith("#"):
        return f"link(label({quoted(target[1:])}), {body})"
    if element.text_content() == target:
        body = _body([f"address({quoted(BREAKS.sub(MAY_BREAK, target))})"])
    return f"link({quoted(target)}, {body})"


def _uses(element: HtmlElement, body: str) -> str:
    """Where a work is cited: the pages, as the printed book has them; claims that lean on it, as they are."""
    targets = [str(a.get("href"))[1:] for a in element.cssselect("a")]
    if not any(".cite-" in t for t in targets):
        return f"uses({body})"
    return f"cited(({''.join(quoted(t) + ',' for t in targets)}))"


def _blocks(element: HtmlElement) -> list[str]:
    """The content of an element that may hold blocks: text between them is a paragraph."""
    found = list(flow.blocks(element))
    inside = any(not isinstance(f, list) for f in found)
    done = []
    for block in found:
        if not isinstance(block, list):
            done.append(_block(block))
        else:
            done.append(f"par({_body(_run(block))})" if inside else _body(_run(block)))
    return done


def _block(element: HtmlElement) -> str:
    """One block."""
    tag, kinds = str(element.tag), str(element.get("class") or "").split()
    identity = element.get("id")
    if re.fullmatch(r"h[1-6]", tag):
        parent = element.getparent()
        first = parent.get("id") if tag == "h1" and parent is not None else None
        return _labelled(f"heading(level: {tag[1]}, {_body(_inlines(element, True))})", first or identity, identity if first else None)
    if tag == "section":
        return "\n".join(_blocks(element))
    draw = DRAWN.get(tag)
    if "admonition" in kinds or tag == "details":
        return _labelled(_aside(element), identity)
    if "wp-exhibit" in kinds:
        return _labelled(f"exhibit({_body(_blocks(element))})", identity)
    if "wp-record" in kinds:
        head, *rest = _blocks(element)
        return _labelled(f"record({head}, {_body(rest)})", identity)
    if "wp-below" in kinds:
        return f"below({_body(_inlines(element, True))})"
    if draw is not None:
        return _labelled(draw(element), identity)
    return _labelled("block(" + _body(_blocks(element)) + ")", identity)


def _aside(element: HtmlElement) -> str:
    """An admonition: its title and what it says."""
    title = element.cssselect(":scope > .admonition-title, :scope > summary")
    told = _body(_inlines(title[0], True)) if title else "none"
    for found in title:
        found.drop_tree()
    return f"aside({told}, {_body(_blocks(element))})"


def _paragraph(element: HtmlElement) -> str:
    return f"par({_body(_inlines(element, True))})"


def _list(element: HtmlElement) -> str:
    """A list; of works, with hanging lines."""
    kinds = str(element.get("class") or "")
    entries = []
    for entry in element.cssselect(":scope > li"):
        statements = _blocks(entry)
        body = _body(statements)
        entries.append(_labelled(f"block(breakable: false, {body})", entry.get("id")) if entry.get("id") else body)
    if element.tag == "ol":
        start = f"start: {element.get('start')}, " if element.get("start") else ""
        return f"enum({start}{', '.join(entries)})"
    name = "works" if "wp-list" in kinds or "wp-sources" in kinds else "list"
    loose = any(entry.cssselect(":scope > p") for entry in element.cssselect(":scope > li"))
    return f"{name}({'tight: false, ' if loose and name == 'list' else ''}{', '.join(entries)})"


def _terms(element: HtmlElement) -> str:
    """Terms with what is said of each; several on one term are paragraphs."""
    pairs: list[tuple[str, list[str]]] = []
    for child in element:
        if child.tag == "dt":
            pairs.append((_labelled("[#" + _body(_inlines(child, True)) + "]", child.get("id")), []))
        elif child.tag == "dd" and pairs:
            pairs[-1][1].extend(_blocks(child))
    return f"terms({', '.join(f'terms.item({term}, {_body(said)})' for term, said in pairs)})"


def _quote(element: HtmlElement) -> str:
    return f"quote(block: true, {_body(_blocks(element))})"


def _raw(element: HtmlElement) -> str:
    return f"raw(block: true, {quoted(element.text_content().rstrip())})"


def _rule(_: HtmlElement) -> str:
    return "rule()"


def _image(element: HtmlElement) -> str:
    name = str(element.get("src")).removeprefix("figure:")
    return f"drawn({quoted(name)}, {quoted(str(element.get('alt') or ''))})"


def _figure(element: HtmlElement) -> str:
    captions = element.cssselect("figcaption")
    told = _body(_inlines(captions[0], True)) if captions else "none"
    for found in captions:
        found.drop_tree()
    return f"picture({told}, {_body(_run(flow.run(list(element), True)))})"


def _table(element: HtmlElement) -> str:
    """A table whose columns are as wide as their words need; one that no page can hold, as cards."""
    captions = element.cssselect("caption")
    told = _body(_inlines(captions[0], True)) if captions else "none"
    rows = [[cell for cell in row if cell.tag in ("th", "td")] for row in element.cssselect("tr")]
    head = [row for row in rows if all(c.tag == "th" and c.get("scope") != "row" for c in row)][:1]
    cells = [[_cell(cell) for cell in row] for row in rows]
    least, areas = needs(rows)
    if head and (len(least) > MOST or sum(least) > DENSE_ROOM):
        cards = ", ".join(f"({', '.join(row)},)" for row in cells[1:])
        return f"cards({told}, ({', '.join(cells[0])},), ({cards},))"
    dense = sum(least) + sum(areas) / 2 > ROOM
    columns = ", ".join(f"{w:.1f}" for w in widths(least, areas, DENSE_ROOM if dense else ROOM))
    names = f"({', '.join(cells[0])},)" if head else "()"
    rest = ",\n".join(", ".join(row) for row in cells[len(head) :])
    return f"grown({told}, ({columns},), {names}, dense: {'true' if dense else 'false'}, {rest})"


def _cell(cell: HtmlElement) -> str:
    body = _body(_blocks(cell))
    return f"strong({body})" if cell.tag == "th" and cell.get("scope") == "row" else body


def needs(rows: list[list[HtmlElement]]) -> tuple[list[float], list[float]]:
    """For each column the least width, in characters, that breaks no word of its name and no usual word; and how much text a row has there."""
    least, areas = [], []
    for n in range(max(len(row) for row in rows)):
        texts = [row[n].text_content() for row in rows if n < len(row)]
        longest = [max(len(word) for word in re.split(r"[\s–—/-]+", text)) for text in texts]
        least.append(max(longest[0] * BOLD, *(min(n, USUAL) for n in longest), 1) + 2)
        areas.append(sum(len(text) for text in texts) / len(texts))
    return least, areas


def widths(least: list[float], areas: list[float], room: float) -> list[float]:
    """Each column's share of a line: what it needs at least, and of what is left more for more text.

    >>> widths([10, 10], [0, 90], 50)
    [10.0, 40.0]
    """
    left, total = max(room - sum(least), 0), sum(a**0.7 for a in areas) or 1
    return [need + left * area**0.7 / total for need, area in zip(least, areas, strict=True)]


DRAWN: dict[str, Callable[[HtmlElement], str]] = {
    "p": _paragraph, "ul": _list, "ol": _list, "dl": _terms, "blockquote": _quote, "pre": _raw, "hr": _rule, "figure": _figure, "table": _table,
}  # fmt: skip

"""A book's HTML as pandoc's own document, which pandoc reads many times faster, and what pandoc makes of it.

Its elements are named as in https://hackage.haskell.org/package/pandoc-types (`Text.Pandoc.Definition`).
"""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pypandoc
from lxml.html import HtmlElement

from whitepaper.exports import flow

API = (1, 23)  # the version of pandoc's document that this writes
INLINE = {
    "em": "Emph", "i": "Emph", "cite": "Emph", "strong": "Strong", "b": "Strong", "sup": "Superscript", "sub": "Subscript",
    "del": "Strikeout", "s": "Strikeout",
}  # fmt: skip
WIDTH = re.compile(r"width: ([\d.]+)%")
NO_ATTRIBUTES: list[Any] = ["", [], []]
LINE: dict[str, Any] = {"t": "LineBreak"}
Node = dict[str, Any]


def document(tree: HtmlElement) -> bytes:
    """A tree as pandoc reads it."""
    whole = {"pandoc-api-version": API, "meta": {}, "blocks": blocks(tree)}
    return json.dumps(whole, ensure_ascii=False, separators=(",", ":")).encode("utf-8")


def run(document: bytes, options: Sequence[str], environment: Mapping[str, str] | None = None, folder: Path | None = None) -> bytes:
    """What pandoc writes of a document.

    Raises:
        subprocess.CalledProcessError: pandoc fails; what it says goes to standard error.
    """
    return subprocess.run([program(), "-f", "json", *options], input=document, stdout=subprocess.PIPE, env=environment, cwd=folder, check=True).stdout


def program() -> str:
    """Where pandoc is."""
    return str(pypandoc.get_pandoc_path())


def _node(kind: str, *content: Any) -> Node:
    return {"t": kind, "c": content[0] if len(content) == 1 else list(content)}


def _attributes(element: HtmlElement, *others: str) -> list[Any]:
    """An element's anchor and classes, and what it says under other names."""
    told = [[name, element.get(name)] for name in others if element.get(name)]
    return [element.get("id") or "", str(element.get("class") or "").split(), told]


def _named(identity: str | None, content: list[Node]) -> list[Node]:
    """Inline content under an anchor."""
    return [_node("Span", [identity, [], []], content)] if identity else content


def _text(text: str) -> Node:
    """A text whole: pandoc takes words and spaces apart only to break lines, which none of our files needs, and is three times slower for it."""
    return _node("Str", text)


def _run(found: Iterable[flow.Piece]) -> list[Node]:
    """A run of text and inline elements, without spaces around a line's end."""
    done: list[Node] = []
    for piece in found:
        for node in [_text(piece)] if isinstance(piece, str) else _inline(piece):
            before = done[-1] if done else {}
            if node is LINE and before.get("t") == "Str":
                before["c"] = before["c"].rstrip(" ")
            if before is LINE and node["t"] == "Str":
                node["c"] = node["c"].lstrip(" ")
            done.append(node)
    return [node for node in done if node.get("c") != ""]


def _inlines(element: HtmlElement, trim: bool = False) -> list[Node]:
    return _run(flow.inlines(element, trim))


def _inline(element: HtmlElement) -> list[Node]:
    """One inline element; one that has no meaning here gives its content."""
    tag, (identity, kinds, told) = str(element.tag), _attributes(element, "lang")
    if tag == "br":
        return [LINE]
    if tag == "img":
        return [_node("Image", NO_ATTRIBUTES, [_text(str(element.get("alt") or ""))], [element.get("src"), ""])]
    if tag in ("code", "kbd", "samp"):
        return _named(identity, [_node("Code", NO_ATTRIBUTES, element.text_content())])
    content = _inlines(element)
    if tag == "a" and element.get("href"):  # Word's writer keeps no anchor on a link
        return _named(identity, [_node("Link", ["", kinds, told], content, [element.get("href"), ""])])
    if tag in INLINE:
        content = [_node(INLINE[tag], content)]
    kinds = [*kinds, "dfn"] if tag == "dfn" else kinds
    before = [LINE] if {"wp-note", "wp-uses"} & set(kinds) else []
    return before + ([_node("Span", [identity, kinds, told], content)] if identity or kinds or told else content)


def blocks(element: HtmlElement) -> list[Node]:
    """The content of an element that may hold blocks."""
    done: list[Node] = []
    for block in flow.blocks(element):
        done += [_node("Plain", _run(block))] if isinstance(block, list) else _block(block)
    return done


def _block(element: HtmlElement) -> list[Node]:
    """One block."""
    tag, identity = str(element.tag), element.get("id")
    if re.fullmatch("h[1-6]", tag):
        parent = element.getparent()
        section = parent.get("id") if parent is not None and parent.tag == "section" and parent[0] is element else None
        return [_node("Header", int(tag[1]), [section or identity or "", [], []], _inlines(element, True))]
    if tag == "section":
        return blocks(element)
    if draw := DRAWN.get(tag):
        return draw(element)
    return [_node("Div", _attributes(element), blocks(element))] if identity or element.get("class") else blocks(element)


def _paragraph(element: HtmlElement) -> list[Node]:
    content = _inlines(element, True)
    if element.tag == "summary" or "admonition-title" in str(element.get("class")):
        content = [_node("Strong", content)]
    return [_node("Para", _named(element.get("id"), content))] if content else []


def _placed(identity: str | None, content: list[Node]) -> list[Node]:
    """Blocks under an anchor, which stands on the first of them."""
    if not identity:
        return content
    if content and content[0]["t"] in ("Plain", "Para"):
        return [_node(content[0]["t"], _named(identity, content[0]["c"])), *content[1:]]
    return [_node("Div", [identity, [], []], content)]


def _list(element: HtmlElement) -> list[Node]:
    """A list, in a box if it is of a kind."""
    entries = [_placed(entry.get("id"), blocks(entry)) for entry in element.iterchildren("li")]
    numbers = [int(element.get("start") or 1), {"t": "Decimal"}, {"t": "Period"}]
    done = _node("BulletList", entries) if element.tag == "ul" else _node("OrderedList", numbers, entries)
    return [_node("Div", _attributes(element), [done])] if element.get("class") else [done]


def _terms(element: HtmlElement) -> list[Node]:
    """Terms with what is said of each."""
    pairs: list[tuple[list[Node], list[list[Node]]]] = []
    for child in element:
        if child.tag == "dt":
            pairs.append((_named(child.get("id"), _inlines(child, True)), []))
        elif child.tag == "dd" and pairs:
            pairs[-1][1].append(_placed(child.get("id"), blocks(child)))
    return [_node("DefinitionList", pairs)]


def _figure(element: HtmlElement) -> list[Node]:
    told = [_node("Plain", _inlines(caption, True)) for caption in element.iterchildren("figcaption")]
    for caption in element.cssselect("figcaption"):
        caption.drop_tree()
    return [_node("Figure", _attributes(element), [None, told], blocks(element))]


def _table(element: HtmlElement) -> list[Node]:
    rows = [[cell for cell in row if cell.tag in ("th", "td")] for row in element.iter("tr")]
    head = [row for row in rows if all(cell.tag == "th" and cell.get("scope") != "row" for cell in row)][:1]
    body = rows[len(head) :]
    told = [_node("Plain", _inlines(c, True)) for c in element.iterchildren("caption")]
    columns = [_width(column) for column in element.iter("col")] or [{"t": "ColWidthDefault"}] * max(len(row) for row in rows)
    heads = int(all(row[0].tag == "th" for row in body))
    parts = [NO_ATTRIBUTES, [_row(row) for row in head]], [[NO_ATTRIBUTES, heads, [], [_row(row) for row in body]]], [NO_ATTRIBUTES, []]
    return [_node("Table", _attributes(element), [None, told], [[{"t": "AlignDefault"}, width] for width in columns], *parts)]


def _width(column: HtmlElement) -> Node:
    share = WIDTH.search(str(column.get("style")))
    return _node("ColWidth", float(share[1]) / 100) if share else {"t": "ColWidthDefault"}


def _row(cells: list[HtmlElement]) -> list[Any]:
    return [NO_ATTRIBUTES, [_cell(cell) for cell in cells]]


def _cell(cell: HtmlElement) -> list[Any]:
    """A cell; its anchor stands on what it holds, because no writer keeps it on a cell."""
    _, kinds, told = _attributes(cell, "scope", "data-label")
    spans = int(cell.get("rowspan") or 1), int(cell.get("colspan") or 1)
    return [["", kinds, told], {"t": "AlignDefault"}, *spans, _placed(cell.get("id"), blocks(cell))]


def _code(element: HtmlElement) -> list[Node]:
    return [_node("CodeBlock", NO_ATTRIBUTES, element.text_content().rstrip())]


def _quote(element: HtmlElement) -> list[Node]:
    return [_node("BlockQuote", blocks(element))]


def _rule(_: HtmlElement) -> list[Node]:
    return [{"t": "HorizontalRule"}]


DRAWN: dict[str, Callable[[HtmlElement], list[Node]]] = {
    "p": _paragraph, "summary": _paragraph, "ul": _list, "ol": _list, "dl": _terms, "blockquote": _quote, "pre": _code, "hr": _rule,
    "figure": _figure, "table": _table,
}  # fmt: skip

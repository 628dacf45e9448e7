"""What is prose in a Markdown text, what it links to, and which anchors it offers.

`prose` blanks out all that is not prose with NUL characters of the same number, so that every
recogniser works on plain text and its offsets hold for the source.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator

import markdown
from markdown.extensions.toc import slugify, unique

from whitepaper.model import Heading, Link

BLANK = "\0"
FENCE = re.compile(r"^(?P<indent>[ \t]*(?:>[ \t]?)*)(?P<mark>`{3,}|~{3,})[^`\n]*$")
CONTAINER = re.compile(r"^[ \t]*(?:[*+-][ \t]+|\d+[.)][ \t]+|(?:!!!|\?\?\?\+?|===\+?)[ \t]|\[\^[^\]]+\]:|:[ \t]{1,3})")
RAW = re.compile(r"<(?P<tag>pre|code|script|style|textarea)\b[^>]*>.*?</(?P=tag)\s*>", re.S | re.I)
COMMENT = re.compile(r"<!--.*?-->", re.S)
ANCHOR = re.compile(r"<a\b[^>]*>.*?</a\s*>", re.S | re.I)
TAG = re.compile(r"</?[A-Za-z][A-Za-z0-9-]*(?:\s+[^\s<>=/]+(?:\s*=\s*(?:\"[^\"]*\"|'[^']*'|[^\s\"'<>]+))?)*\s*/?>")
AUTOLINK = re.compile(r"<[A-Za-z][A-Za-z0-9+.-]*:[^\s<>]*>|<[^\s<>@]+@[^\s<>@]+>|\bhttps?://[^\s<>)\]]+|\bmailto:[^\s<>)\]]+")
TICKS = re.compile(r"(?<![\\`])(`+)(?!`)((?:(?!\n[ \t]*\n).)+?)(?<!`)\1(?!`)", re.S)
DEFINITION = re.compile(r"^[ ]{0,3}\[(?P<name>[^\]^][^\]\n]*)\]:[ \t]*(?:\n[ \t]*)?<?(?P<target>[^\s>]+)>?[^\n]*$", re.M)
ATTRIBUTES = re.compile(r"\{:?[^{}\n]*\}")
HEADING = re.compile(r"^(?P<indent>(?:[ ]{4}|\t)*)(?P<marks>#{1,6})(?P<words>(?:\\.|[^\\\n])*?)[ \t]*#*[ \t]*(?P<attributes>\{:?[^{}\n]*\})?[ \t]*$", re.M)
SETEXT = re.compile(r"(?:^|\n[ \t]*\n)(?P<words>[^\n\0#>][^\n]*)\n(?P<mark>=+|-+)[ \t]*(?=\n|$)")
RULE = re.compile(r"^(?:=+|-+)[ \t]*$", re.M)
HTML_ID = re.compile(r"""<[A-Za-z][^>]*?\s(?:id|name)\s*=\s*["']?([^\s"'>]+)""")
HTML_LINK = re.compile(r"""<[A-Za-z][^>]*?\s(?:href|src)\s*=\s*(["'])(?P<target>[^"']*)\1""")

STOPS = {pair: re.compile(rf"\\.|\n\n|[{re.escape(pair)}]", re.S) for pair in ("[]", "()")}  # where a search for a closing bracket looks


def line_of(text: str, at: int) -> int:
    """The line, counted from 1, of a character."""
    return text.count("\n", 0, at) + 1


def blank(text: str, start: int, end: int) -> str:
    """The text with the characters from `start` to `end` blanked, line ends kept."""
    return text[:start] + re.sub(r"[^\n]", BLANK, text[start:end]) + text[end:]


def blanked(text: str, stretches: Iterable[tuple[int, int]]) -> str:
    """The text with several stretches blanked."""
    parts, at = [], 0
    for start, end in sorted(stretches):
        if end > at:
            parts += [text[at : max(at, start)], re.sub(r"[^\n]", BLANK, text[max(at, start) : end])]
            at = end
    return "".join([*parts, text[at:]])


def without(text: str, pattern: re.Pattern[str]) -> str:
    """The text with every match of a pattern blanked."""
    return pattern.sub(lambda m: re.sub(r"[^\n]", BLANK, m[0]), text)


def _code_lines(lines: list[str]) -> Iterator[int]:
    """The numbers, from 0, of lines within fenced and indented code."""
    fence: tuple[str, int] | None = None
    depth, after_blank, in_code = 0, True, False
    for number, line in enumerate(lines):
        if fence:
            yield number
            if line.strip(" \t>").startswith(fence[0]) and not line.strip(" \t>").strip(fence[0][0]):
                fence = None
            continue
        mark = FENCE.match(line)
        if mark and any(later.strip(" \t>").startswith(mark["mark"]) and not later.strip(" \t>").strip(mark["mark"][0]) for later in lines[number + 1 :]):
            fence = (mark["mark"], number)
            yield number
            after_blank = in_code = False
            continue
        width = len(line.expandtabs(4)) - len(line.expandtabs(4).lstrip())
        if not line.strip():
            after_blank = True
            continue
        if width // 4 < depth and (after_blank or not width):
            depth = width // 4 if after_blank else depth
        in_code = width >= 4 * (depth + 1) and (after_blank or in_code)
        after_blank = False
        if in_code:
            yield number
        elif CONTAINER.match(line):
            depth = width // 4 + 1


def without_code(text: str) -> str:
    """The text with code (fenced, indented, in back-ticks, in `<pre>` and its like) and comments blanked."""
    lines = text.split("\n")
    for number in _code_lines(lines):
        lines[number] = BLANK * len(lines[number])
    text = without("\n".join(lines), COMMENT)
    return without(without(text, RAW), TICKS)


def _closing(text: str, start: int, pair: str) -> int:
    """Where the bracket that opens at `start` closes, or -1 where a paragraph ends first."""
    depth = 0
    for m in STOPS[pair].finditer(text, start):
        if m[0] == "\n\n":
            return -1
        depth += (m[0] == pair[0]) - (m[0] == pair[1])
        if depth == 0 and m[0] in pair:
            return m.start()
    return -1


def brackets(text: str) -> Iterator[tuple[int, int]]:
    """The outermost square brackets of a text, as (start, end) with the brackets included."""
    at = text.find("[")
    while at >= 0:
        end = -1 if at and text[at - 1] == "\\" else _closing(text, at, "[]")
        if end >= 0:
            yield at, end + 1
        at = text.find("[", end + 1 if end >= 0 else at + 1)


def _inline_links(text: str, names: frozenset[str], offset: int = 0) -> Iterator[tuple[int, int, Link | None]]:
    """Inline and reference links as (start, end, link); a reference link has its target elsewhere."""
    for start, end in brackets(text):
        following = text[end : end + 1]
        close = _closing(text, end, "()") if following == "(" else -1
        if close >= 0:
            target = re.match(r"\(\s*(?:<([^>\n]*)>|([^\s\"']*))", text[end : close + 1])
            found = (target[1] or target[2] or "") if target else ""
            found = found.removesuffix(")") if target and target.end() > close - end else found
            begin = end + text[end : close + 1].find(found, 1)
            yield offset + start, offset + close + 1, Link(found, 0, offset + begin, offset + begin + len(found))
            yield from ((a, b, link) for a, b, link in _inline_links(text[start + 1 : end - 1], names, offset + start + 1) if link)
        elif following == "[" and text[end + 1 : text.find("]", end)].strip().lower() in names:
            yield offset + start, offset + text.find("]", end) + 1, None
        elif text[start + 1 : end - 1].strip().lower() in names:
            yield offset + start, offset + end, None
        else:
            yield from _inline_links(text[start + 1 : end - 1], names, offset + start + 1)


def links(text: str, visible: str) -> tuple[tuple[Link, ...], str]:
    """The links of a text, and its visible part with links, tags and addresses blanked.

    `visible` is the text without its code.
    """
    found: list[Link] = []
    definitions = list(DEFINITION.finditer(visible))
    names = frozenset(m["name"].strip().lower() for m in definitions)
    for m in definitions:
        found.append(Link(m["target"], line_of(text, m.start("target")), m.start("target"), m.end("target")))
    visible = blanked(visible, [m.span() for m in definitions])
    for m in HTML_LINK.finditer(visible):
        found.append(Link(m["target"], line_of(text, m.start()), m.start("target"), m.end("target")))
    shown = without(visible, AUTOLINK) if "://" in visible or "@" in visible else visible
    inline = list(_inline_links(visible, names))
    found += [Link(link.target, line_of(text, link.start), link.start, link.end) for _, _, link in inline if link]
    shown = blanked(shown, [(start, end) for start, end, _ in inline])
    return tuple(sorted(found, key=lambda link: link.start)), without(without(shown, ANCHOR), TAG)


def plain(words: str) -> str:
    """A heading's words without their markup, as its anchor is made from them.

    >>> plain("2.2 *Plasticity* and `code`")
    '2.2 Plasticity and code'
    """
    if not re.search(r"[*_`\[\]<&\\{]", words):
        return " ".join(words.split())
    converter = markdown.Markdown(extensions=["attr_list", "toc"])
    converter.convert("# " + words)
    tokens = converter.toc_tokens  # type: ignore[attr-defined]
    return re.sub(r"<[^>]+>", "", tokens[0]["name"]) if tokens else ""


def earlier_anchor(text: str) -> str | None:
    """The anchor that the earlier public paper's site gave a numbered heading, if it has a number.

    >>> earlier_anchor("2.2 Neuroplasticity and Synaptogenesis")
    '_2-2-neuroplasticity-and-synaptogenesis'
    """
    if not text[:1].isdigit():
        return None
    ascii_only = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    slug = re.sub(r"""[\s~`!@#$%^&*()\-_+=\[\]{}|\\;:"'“”‘’<>,.?/]+""", "-", ascii_only)
    return "_" + slug.strip("-").lower()


def headings(text: str, visible: str, body: int) -> tuple[Heading, ...]:
    """The headings of a section, with the anchors that the site gives them."""
    found: list[tuple[int, int, int, str, str]] = []
    for m in HEADING.finditer(visible, body):
        if m["words"].strip(" \t" + BLANK):
            words = m.start("words") + len(m["words"]) - len(m["words"].lstrip())
            found.append((m.start(), words, len(m["marks"]), text[m.start("words") : m.end("words")].strip(), m["attributes"] or ""))
    for m in SETEXT.finditer(visible, body) if RULE.search(visible, body) else ():
        raw = text[m.start("words") : m.end("words")]
        found.append((m.start("words"), m.start("words"), 1 if m["mark"][0] == "=" else 2, raw, ""))
    taken: set[str] = set()
    done = []
    for start, words, level, raw, attributes in sorted(found):
        shown = plain(raw)
        explicit = re.search(r"#([^\s}]+)", attributes)
        anchor = explicit[1] if explicit else unique(slugify(shown, "-"), taken)
        taken.add(anchor)
        done.append(Heading(level, shown, anchor, line_of(text, start), start, words))
    return tuple(done)


def slug(key: str) -> str:
    """A citation key as part of an anchor.

    >>> slug("dewey:1990+a")
    'dewey:1990_2ba'
    """
    return re.sub(r"[^A-Za-z0-9_.:-]", lambda m: f"_{ord(m[0]):x}", key)


def anchors(visible: str, found: tuple[Heading, ...]) -> frozenset[str]:
    """Every anchor that a section offers: of headings, of their earlier forms, and written by hand."""
    by_hand = {m[1] for m in HTML_ID.finditer(visible)}
    by_hand |= {i for m in ATTRIBUTES.finditer(visible) for i in re.findall(r"(?<=[\s{:])#([^\s}]+)", m[0])}
    earlier = {earlier_anchor(h.text) for h in found} - {None}
    return frozenset({h.anchor for h in found} | by_hand | {e for e in earlier if e})

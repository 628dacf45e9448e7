"""One Markdown text → one section, or what is wrong with it."""

from __future__ import annotations

import re
from typing import Any

import yaml

from whitepaper import citations, markdown, marks
from whitepaper.cache import Cache, digest, source_version
from whitepaper.model import Citation, Cite, Heading, Link, Mark, Neighbour, Place, Problem, Section, Typed
from whitepaper.verification import is_date

VERSION = source_version(__file__, markdown.__file__, citations.__file__, marks.__file__)
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
FRONT = re.compile(r"---[ \t]*\n(?P<yaml>.*?)^(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.S | re.M)
BARE_BRACKET = re.compile(r"\[[^\[\]\0\n]*(?<![\w\\])@")


def read(path: str, text: str, commands: tuple[str, str]) -> tuple[Section | None, list[Problem]]:
    """The section that a text holds, and its problems. No section where the front matter cannot be read.

    Args:
        commands: what stands for a page's own list of works, and for the whole bibliography.
    """
    front = FRONT.match(text)
    if not front:
        return None, [Problem(Place(path, 1), "has no front matter", "begin the file with '---', title, description and '---'")]
    values, lines, problems = _front_matter(path, front["yaml"])
    if problems:
        return None, problems
    title, description = (_words(path, name, values, lines, problems) for name in ("title", "description"))
    prev, following = (_neighbour(path, name, values, lines, problems) for name in ("prev", "next"))
    draft = values.get("draft", False)
    if not isinstance(draft, bool):
        problems.append(Problem(Place(path, lines["draft"]), f"draft is '{draft}'", "write true or false"))
    reviewed = str(values.get("reviewed", ""))
    if "reviewed" in values and not is_date(reviewed):
        problems.append(Problem(Place(path, lines["reviewed"]), f"reviewed is '{reviewed}'", "write the day as 2026-11-21"))
    body = front.end()
    bare = markdown.without_code(markdown.blank(text, 0, body))
    links, visible = markdown.links(text, bare)
    headings = markdown.headings(text, bare, body)
    found, unreadable = citations.recognise(text, visible, path, body)
    problems += unreadable + _titles(path, title, headings, lines, values) + _in_headings(path, headings, found)
    section = Section(
        path=path, text=text, body=body, title=title, description=description, draft=draft is True, reviewed=reviewed,
        prev=prev, next=following, headings=headings, anchors=markdown.anchors(bare, headings), links=links,
        marks=marks.recognise(visible, body), citations=found, typed=citations.typed(visible, body, found),
        commands=citations.commands(visible, body, commands),
        place=Place(path, 1),
    )  # fmt: skip
    return section, problems


def read_again(path: str, text: str, commands: tuple[str, str], cache: Cache) -> tuple[Section | None, list[Problem]]:
    """As `read`, from the cache where this very text was read before without a fault."""
    name = digest("section", VERSION, path, text, commands)
    kept = cache.get(name)
    if kept is not None:
        return _revived(path, text, kept), []
    section, problems = read(path, text, commands)
    if section and not problems:
        cache.put(name, {name: _plain(getattr(section, name)) for name in Section.__slots__ if name not in ("path", "text", "place")})
    return section, problems


def _plain(value: Any) -> Any:
    """A value of the model as lists and texts."""
    if isinstance(value, (tuple, frozenset)):
        return [_plain(v) for v in (sorted(value) if isinstance(value, frozenset) else value)]
    return [_plain(getattr(value, name)) for name in value.__slots__] if hasattr(value, "__slots__") else value


def _revived(path: str, text: str, kept: dict[str, Any]) -> Section:
    """The section that `_plain` was made from."""
    return Section(
        path=path, text=text, body=kept["body"], title=kept["title"], description=kept["description"], draft=kept["draft"], reviewed=kept["reviewed"],
        prev=kept["prev"] and Neighbour(*kept["prev"]), next=kept["next"] and Neighbour(*kept["next"]),
        headings=tuple(Heading(*h) for h in kept["headings"]), anchors=frozenset(kept["anchors"]), links=tuple(Link(*link) for link in kept["links"]),
        citations=tuple(Citation(start, end, line, tuple(Cite(*c) for c in cites)) for start, end, line, cites in kept["citations"]),
        typed=tuple(Typed(line, shown, tuple(names), *rest) for line, shown, names, *rest in kept["typed"]),
        commands=tuple((name, start, end) for name, start, end in kept["commands"]), marks=tuple(Mark(*m) for m in kept["marks"]), place=Place(path, 1),
    )  # fmt: skip


def _front_matter(path: str, text: str) -> tuple[dict[str, Any], dict[str, int], list[Problem]]:
    """The front matter's values, the file's line of each, and why it cannot be read."""
    try:
        tree = yaml.compose(text, Loader=LOADER)
        values = yaml.load(text, Loader=LOADER)
    except yaml.MarkedYAMLError as error:
        line = (error.problem_mark.line if error.problem_mark else 0) + 2
        what = f"the front matter does not parse: {error.problem}"
        return {}, {}, [Problem(Place(path, line), what, "put text with ':' or quotes in it between single quotes")]
    except (yaml.YAMLError, ValueError) as error:
        what = f"the front matter does not parse: {str(error).splitlines()[0]}"
        return {}, {}, [Problem(Place(path, 1), what, "use plain text")]
    if values is None:
        return {}, {}, []
    if not isinstance(values, dict) or not isinstance(tree, yaml.MappingNode):
        return {}, {}, [Problem(Place(path, 2), "the front matter is not a list of 'name: value' lines", "write 'title: …' and so on")]
    lines: dict[str, int] = {}
    for key, _ in tree.value:
        if key.value in lines:
            where, again = Place(path, key.start_mark.line + 2), f"gives '{key.value}' twice in its front matter"
            return {}, {}, [Problem(where, again, "keep one")]
        lines[key.value] = key.start_mark.line + 2
    return {str(k): v for k, v in values.items()}, lines, []


def _words(path: str, name: str, values: dict[str, Any], lines: dict[str, int], problems: list[Problem]) -> str:
    """A field that must hold words."""
    value = values.get(name)
    if value is None or (isinstance(value, str) and not value.strip()):
        problems.append(Problem(Place(path, lines.get(name, 1)), f"has no {name}", f"add '{name}: …' to its front matter"))
        return ""
    if not isinstance(value, str):
        problems.append(Problem(Place(path, lines[name]), f"{name} is '{value}', which is no text", "put it between quotes"))
    return str(value).strip()


def _neighbour(path: str, name: str, values: dict[str, Any], lines: dict[str, int], problems: list[Problem]) -> Neighbour | None:
    """What the front matter says of the page before (`prev`) or after (`next`)."""
    if name not in values:
        return None
    value, line = values[name], lines[name]
    if value is False:
        return Neighbour(line, none=True)
    if isinstance(value, str) and value.strip():
        return Neighbour(line, text=value.strip())
    if isinstance(value, dict) and value and set(value) <= {"text", "link"} and all(isinstance(v, str) and v.strip() for v in value.values()):
        return Neighbour(line, value.get("text"), value.get("link"))
    what = f"{name} is '{value}', which is neither text and link nor false"
    problems.append(Problem(Place(path, line), what, f"write '{name}:' with 'text: …' and 'link: …' under it, or '{name}: false'"))
    return Neighbour(line, faulty=True)


def _titles(path: str, title: str, headings: tuple[Heading, ...], lines: dict[str, int], values: dict[str, Any]) -> list[Problem]:
    """The faults of the one H1, which repeats the title."""
    first = [h for h in headings if h.level == 1]
    if not first:
        return [Problem(Place(path, lines.get("title", 1)), "has no H1", f"begin the text with '# {title}'")]
    more = [Problem(Place(path, h.line), f"'{h.text}' is a second H1", "use '##'") for h in first[1:]]
    shown = markdown.plain(title)
    if title and isinstance(values.get("title"), str) and first[0].text != shown:
        what = f"the H1 is '{first[0].text}', but the title in line {lines['title']} is '{title}'"
        more.append(Problem(Place(path, first[0].line), what, "make the two agree"))
    return more


def _in_headings(path: str, headings: tuple[Heading, ...], found: tuple[Any, ...]) -> list[Problem]:
    """Citations within headings, which would change the heading's address."""
    at = {h.line for h in headings}
    return [Problem(Place(path, c.line), f"the heading cites '{c.cites[0].key}'", "move the citation into the text below") for c in found if c.line in at]

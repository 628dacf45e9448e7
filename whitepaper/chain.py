"""Mending the chain: the order that the pages' `prev` and `next` can only mean, written back into their front matter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import yaml

from whitepaper.model import Section
from whitepaper.order import address, resolve
from whitepaper.sections import FRONT, LOADER


def intended(sections: Mapping[str, Section]) -> tuple[str, ...] | None:
    """The one order that the pages can mean, or None where they leave a choice.

    `next` decides. A page that nothing leads to goes where its own links put it, and where one page is gone, its neighbours meet.
    """
    chained = sorted(p for p, s in sections.items() if s.prev or s.next or p.startswith("docs/sections/"))
    after = {p: _target(p, "next", sections, chained) for p in chained}
    before = {p: _target(p, "prev", sections, chained) for p in chained}
    for page in chained:
        link, run = before[page], _follow(page, after)
        if page in after.values() or link is None or link in run:
            continue
        following = after[link]
        if following is None or following in run:
            after[link] = page
        elif after[run[-1]] is None and not _ends(sections[run[-1]]):
            after[link], after[run[-1]] = page, following
    open_ends = [p for p in chained if after[p] is None and not _ends(sections[p])]
    orphans = [p for p in chained if p not in after.values() and not _begins(sections[p])]
    if len(open_ends) == len(orphans) == 1:
        after[open_ends[0]] = orphans[0]
    starts = [p for p in chained if p not in after.values()]
    order = _follow(starts[0], after) if len(starts) == 1 else []
    return tuple(order) if order and len(order) == len(chained) else None


def _target(path: str, side: str, sections: Mapping[str, Section], chained: Sequence[str]) -> str | None:
    """The page of the chain that one side's link leads to."""
    neighbour = sections[path].next if side == "next" else sections[path].prev
    found = resolve(neighbour.link, path, sections) if neighbour and neighbour.link else None
    return found if found in chained and found != path else None


def _ends(section: Section) -> bool:
    return bool(section.next and section.next.none)


def _begins(section: Section) -> bool:
    return bool(section.prev and section.prev.none)


def _follow(path: str, after: Mapping[str, str | None]) -> list[str]:
    """The pages from one on, until an end or a page met before."""
    met = [path]
    while (following := after.get(met[-1])) and following not in met:
        met.append(following)
    return met


def linked(order: Sequence[str], sections: Mapping[str, Section]) -> dict[str, str]:
    """The texts of the pages whose `prev` or `next` has to change for this order, by path."""
    changed: dict[str, str] = {}
    for at, path in enumerate(order):
        section, text = sections[path], sections[path].text
        for side, index in (("prev", at - 1), ("next", at + 1)):
            wanted = sections[order[index]] if 0 <= index < len(order) else None
            neighbour = section.prev if side == "prev" else section.next
            leads = resolve(neighbour.link, path, sections) if neighbour and neighbour.link else None
            by_label = neighbour is not None and neighbour.link is None and neighbour.text is not None and wanted is not None
            right = bool(neighbour and neighbour.none) if wanted is None else leads == wanted.path or by_label
            if not right:
                text = with_neighbour(text, side, wanted)
        if text != section.text:
            changed[path] = text
    return changed


def with_neighbour(text: str, side: str, neighbour: Section | None) -> str:
    """A page's text with `prev` or `next` naming a page, or false.

    >>> with_neighbour("---\\ntitle: A\\nnext: false\\n---\\n", "next", None)
    '---\\ntitle: A\\nnext: false\\n---\\n'
    """
    front = FRONT.match(text)
    if not front:
        return text
    tree = yaml.compose(front["yaml"], Loader=LOADER)
    starts = [(str(key.value), key.start_mark.line) for key, _ in tree.value] if isinstance(tree, yaml.MappingNode) else []
    lines = front["yaml"].split("\n")[:-1]
    block = block_of(side, neighbour)
    for at, (name, start) in enumerate(starts):
        if name == side:
            end = starts[at + 1][1] if at + 1 < len(starts) else len(lines)
            lines[start:end] = block
            break
    else:
        following = next((start for name, start in starts if name == "next"), len(lines)) if side == "prev" else len(lines)
        lines[following:following] = block
    return text[: front.start("yaml")] + "\n".join(lines) + "\n" + text[front.end("yaml") :]


def block_of(side: str, neighbour: Section | None) -> list[str]:
    """The lines of front matter that name a neighbour, or say that there is none."""
    if neighbour is None:
        return [f"{side}: false"]
    return [f"{side}:", f"  text: {quoted(neighbour.title)}", f"  link: {quoted(address(neighbour.path))}"]


def quoted(words: str) -> str:
    """Words between single quotes, as YAML reads them.

    >>> quoted("Canada's 7. Way")
    "'Canada''s 7. Way'"
    """
    return "'" + words.replace("'", "''") + "'"

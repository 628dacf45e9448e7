"""What readers and machines can take away."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from whitepaper.cache import Cache
from whitepaper.exports import card, data, feed, record, works
from whitepaper.language import Words
from whitepaper.model import Paper


def files(paper: Paper, words: Words, urls: Mapping[str, str], cache: Cache) -> dict[str, str | bytes]:
    """Every file of the site besides its pages, by path on the site.

    Args:
        urls: the address of each page, from the site's root.
    """
    done: dict[str, str | bytes] = {f"data/{name}": text for name, text in data.files(paper).items()}
    done |= works.files(paper)
    done |= record.files(paper, words)
    done |= {card.PATH: card.image(paper.publication, words, cache), "robots.txt": feed.robots(paper.publication.address)}
    if paper.changes:
        done[feed.PATH] = feed.atom(paper, words, urls.get("docs/changes.md", ""))
    return done


def write(folder: Path, found: Mapping[str, str | bytes]) -> None:
    """Write files into a folder; MkDocs' own way takes ten times as long over thousands of small ones."""
    for parent in {(folder / name).parent for name in found}:
        parent.mkdir(parents=True, exist_ok=True)
    for name, content in found.items():
        (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))

"""How much a reader must fetch, counted in bytes as served compressed: bytes are stable where seconds are not."""

from __future__ import annotations

import gzip
import re
from functools import cache
from pathlib import Path

import pytest
from conftest import Reader, Serve, paths
from playwright.sync_api import Browser, Response

pytestmark = pytest.mark.browser
SECTION, LONGEST = 150 * 1024, 175 * 1024


@cache
def compressed(body: bytes) -> int:
    """What a file takes when it is served compressed, where compressing helps."""
    return min(len(body), len(gzip.compress(body, 6)))


def loads(reader: Reader, path: str) -> tuple[dict[str, int], dict[str, int]]:
    """What a page fetches when it is first loaded, and once its reader moves, with the compressed sizes."""
    met: list[Response] = []
    reader.page.on("response", lambda response: met.append(response))
    reader.open(path)
    reader.page.wait_for_load_state("networkidle")
    first = len(met)
    with reader.page.expect_response("**/search_index.json"), reader.page.expect_response("**/workers/search.*"):
        reader.page.mouse.move(40, 40)
    reader.page.wait_for_load_state("networkidle")
    sizes = [(r.url.removeprefix(reader.address), compressed(r.body())) for r in met]
    return dict(sizes[:first]), dict(sizes[first:])


def test_pages_are_light(browser: Browser, paper_site: Path, serve: Serve) -> None:
    """With an empty cache a section takes at most 150 KB in all, References 175; Material's script waits for a move, the search's entries for a question.

    All pages name the same scripts and styles and differ in what they hold, so a browser opens the heaviest section, the heaviest page, home and the 404.
    """
    address = serve(paper_site)
    files = {path: paper_site / (path if path.endswith(".html") else f"{path}index.html") for path in paths(paper_site)}
    asked = {frozenset(re.findall(r"assets/[\w./-]+\.(?:js|css)\b", file.read_text(encoding="utf-8"))) for file in files.values()}
    assert len(asked) == 1
    ordered = sorted(files, key=lambda path: compressed(files[path].read_bytes()))
    section = next(path for path in reversed(ordered) if path.startswith("sections/"))
    for path in ("404.html", "", section, ordered[-1]):
        context = browser.new_context()
        first, moved = loads(Reader(context, address), path)
        context.close()
        assert len(first) > 10, path
        assert not [url for url in first if "search" in url or "bundle" in url], path
        late = {url.rpartition("/")[2].partition(".")[0] for url in moved} - {"favicon"}  # which a browser asks for when it likes
        assert late == {"bundle", "search", "search_index"}, path
        assert sum(first.values()) + sum(moved.values()) <= (SECTION if path.startswith("sections/") else LONGEST), (path, first, moved)

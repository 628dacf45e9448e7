"""How much a reader must fetch, counted in bytes as served compressed: bytes are stable where seconds are not."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from conftest import Reader, Serve, paths
from playwright.sync_api import Browser, Response

pytestmark = pytest.mark.browser
SECTION, LONGEST = 150 * 1024, 175 * 1024


def compressed(response: Response) -> int:
    """What a response takes when it is served compressed, where compressing helps."""
    body = response.body()
    return min(len(body), len(gzip.compress(body, 6)))


def first_load(reader: Reader, path: str) -> dict[str, int]:
    """All that a page fetches when it is first loaded, with its compressed size."""
    met: list[Response] = []
    reader.page.on("response", lambda response: met.append(response))
    reader.open(path)
    reader.page.wait_for_load_state("networkidle")
    return {r.url.removeprefix(reader.address): compressed(r) for r in met}


def test_pages_are_light(browser: Browser, paper_site: Path, serve: Serve) -> None:
    """With an empty cache a section takes at most 150 KB in all, References 175, and the search's entries wait for a question."""
    address = serve(paper_site)
    for path in paths(paper_site):
        context = browser.new_context()
        loaded = first_load(Reader(context, address), path)
        context.close()
        assert len(loaded) > 10, path
        assert [url for url in loaded if "search" in url] == [url for url in loaded if "/workers/search.js?" in url or url.endswith("search_index.json")]
        assert sum(loaded.values()) <= (SECTION if path.startswith("sections/") else LONGEST), (path, loaded)

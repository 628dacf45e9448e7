"""The Content-Security-Policy of a built site: in every page as a meta element, and in `_headers` with what meta cannot carry.

A page may run the scripts that it is served with, and those that stand in it as they were built: each by its hash.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable
from html.parser import HTMLParser
from pathlib import Path

CHARSET = re.compile(r'<meta charset="utf-8"\s*/?>', re.I)
SCRIPT = frozenset(("", "module", "text/javascript", "application/javascript"))  # other types are data, which no browser runs
OWN = {
    "default-src": "'none'",
    "style-src": "'self'",
    "img-src": "'self' data:",  # the theme's icons are masks of this kind
    "connect-src": "'self'",
    "worker-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
}
HEADERS_ONLY = {"frame-ancestors": "'none'"}
OTHERS = {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "strict-origin-when-cross-origin", "Cross-Origin-Opener-Policy": "same-origin"}


class _Inline(HTMLParser):
    """The scripts that stand in a page, as a browser hashes them."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.scripts: list[str] = []
        self._within = False
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self._within = tag == "script" and "src" not in given and (given.get("type") or "").lower() in SCRIPT
        if self._within:
            self.scripts.append("")

    def handle_endtag(self, tag: str) -> None:
        self._within = self._within and tag != "script"

    def handle_data(self, data: str) -> None:
        if self._within:
            self.scripts[-1] += data


def hashes(page: str) -> frozenset[str]:
    """The hashes of a page's inline scripts, as a policy names them."""
    return frozenset(f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'" for text in _Inline(page).scripts)


def policy(allowed: Iterable[str]) -> str:
    """A policy that allows our own files, and inline scripts of these hashes."""
    rules = {"script-src": " ".join(["'self'", *sorted(allowed)]), **OWN}
    return "; ".join(f"{name} {value}" for name, value in rules.items())


def with_policy(page: str, allowed: Iterable[str]) -> str:
    """A page with its policy as the first thing after its encoding, before anything that could load or run."""
    meta = f'<meta http-equiv="Content-Security-Policy" content="{policy(allowed)}">'
    done, count = CHARSET.subn(lambda m: m[0] + meta, page, count=1)
    assert count, "a page without <meta charset> has no place for its policy"
    return done


def headers(allowed: Iterable[str]) -> str:
    """The file `_headers`, as several hosts read it: one policy for all pages, and what a meta element cannot carry."""
    whole = "; ".join([policy(allowed), *(f"{name} {value}" for name, value in HEADERS_ONLY.items())])
    rows = {"Content-Security-Policy": whole, **OTHERS}
    return "/*\n" + "".join(f"  {name}: {value}\n" for name, value in rows.items())


def write(site: Path) -> None:
    """Write the policy into every page of a built site, and `_headers` beside them."""
    pages = {path: path.read_text(encoding="utf-8") for path in sorted(site.rglob("*.html"))}
    allowed = {path: hashes(page) for path, page in pages.items()}
    (site / "_headers").write_text(headers(frozenset[str]().union(*allowed.values())), encoding="utf-8")
    for path, page in pages.items():
        path.write_text(with_policy(page, allowed[path]), encoding="utf-8")

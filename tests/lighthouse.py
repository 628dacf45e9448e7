"""Lighthouse over the built site, served compressed: `make lighthouse` prints the table. RUNS=5 takes the median of five.

Seconds are of this machine at this moment, so nothing fails here; what must hold is held in bytes by test_fast.py.
"""

from __future__ import annotations

import gzip
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from mimetypes import guess_type
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

SITE = Path(__file__).parent.parent / "site"
CATEGORIES = {"performance": "perf.", "accessibility": "access.", "best-practices": "practices", "seo": "SEO"}
WANTED = {"desktop": 100, "mobile": 97}  # in performance; 100 in all other categories
FLAGS = "--headless=new --no-sandbox --disable-gpu --disable-background-networking --disable-component-update --no-first-run"
SCROLL = """async () => {
    let longest = 0;
    new PerformanceObserver(list => list.getEntries().forEach(e => { longest = Math.max(longest, e.duration); })).observe({type: "longtask"});
    const end = document.documentElement.scrollHeight;
    for (let at = 0; at < end; at += innerHeight / 2) {
        scrollTo(0, at);
        await new Promise(requestAnimationFrame);
    }
    await new Promise(done => setTimeout(done, 300));
    return longest;
}"""


@cache
def compressed(path: Path) -> bytes:
    """A file as a host would send it."""
    return gzip.compress(path.read_bytes(), 6)


class Host(BaseHTTPRequestHandler):
    """Serves the site compressed, over connections that stay open."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Answer with a file, compressed where that helps."""
        path = SITE / self.path.partition("?")[0].lstrip("/")
        path = path / "index.html" if path.is_dir() else path
        found = path.is_file()
        kind = guess_type(path.name)[0] or "application/octet-stream"
        plain = not found or kind.startswith("image/png") or kind == "application/zip"
        body = (path if found else SITE / "404.html").read_bytes() if plain else compressed(path)
        self.send_response(200 if found else 404)
        self.send_header("Content-Type", f"{kind}; charset=utf-8" if kind.startswith("text/") else kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "max-age=600")
        if not plain:
            self.send_header("Content-Encoding", "gzip")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def report(program: str, address: str, form: str) -> dict[str, Any]:
    """One run's report, as Lighthouse writes it."""
    preset = ["--preset=desktop"] if form == "desktop" else []
    with tempfile.TemporaryDirectory() as profile:
        flags = f"--chrome-flags={FLAGS} --user-data-dir={profile}"
        only = f"--only-categories={','.join(CATEGORIES)}"
        command = [program, address, *preset, only, "--quiet", "--output=json", flags]
        done = subprocess.run(command, env={**os.environ, "CHROME_PATH": os.environ["CHROME"]}, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(done.stderr)
    return dict(json.loads(done.stdout))


def row(reports: list[dict[str, Any]]) -> tuple[list[int], list[float]]:
    """Of several runs: the median score of each category, and of bytes (KB), largest paint (s), blocking (ms), layout shift."""
    scores = [round(100 * statistics.median(r["categories"][name]["score"] or 0 for r in reports)) for name in CATEGORIES]
    audits = (("total-byte-weight", 1024), ("largest-contentful-paint", 1000), ("total-blocking-time", 1), ("cumulative-layout-shift", 1))
    return scores, [statistics.median(r["audits"][name]["numericValue"] for r in reports) / unit for name, unit in audits]


def misses(reports: list[dict[str, Any]]) -> set[str]:
    """The audits that cost a page points outside performance."""
    found = set()
    for name in list(CATEGORIES)[1:]:
        for ref in reports[-1]["categories"][name]["auditRefs"]:
            score = reports[-1]["audits"][ref["id"]]["score"]
            if ref["weight"] and score is not None and score < 1:
                found.add(f"{name}: {ref['id']}")
    return found


def scrolling(address: str) -> float:
    """The longest task, in milliseconds, while a page is scrolled from top to end."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=os.environ["CHROME"], args=FLAGS.split()[1:])
        page = browser.new_page()
        page.goto(address, wait_until="networkidle")
        longest = float(page.evaluate(SCROLL))
        browser.close()
    return longest


def main() -> None:
    """Print the table."""
    program, runs = sys.argv[1], int(os.environ.get("RUNS") or 3)
    sections = {f"sections/{p.parent.name}/": p.stat().st_size for p in (SITE / "sections").glob("*/index.html")}
    pages = ["", max(sections, key=lambda name: sections[name]), "references/"]
    server = ThreadingHTTPServer(("127.0.0.1", 0), Host)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    root = f"http://127.0.0.1:{server.server_port}/"
    print(f"{'':36}" + "".join(f"{name:>10}" for name in CATEGORIES.values()) + f"{'KB':>7}{'paint s':>9}{'block ms':>10}{'shift':>7}")
    for form, wanted in WANTED.items():
        for path in pages:
            reports = [report(program, root + path, form) for _ in range(runs)]
            scores, numbers = row(reports)
            shown = [f"{score}{'' if score >= (100 if n else wanted) else ' <'}" for n, score in enumerate(scores)]
            kilobytes, paint, block, shift = numbers
            told = f"{kilobytes:7.0f}{paint:9.1f}{block:10.0f}{shift:7.3f}"
            print(f"{form + ', ' + (path or 'home'):36}" + "".join(f"{s:>10}" for s in shown) + told, flush=True)
            for miss in sorted(misses(reports)):
                print(f"{'':36}  {miss}")
    print(f"\nmedian of {runs}; '<' marks what is under {WANTED['desktop']} (desktop) or {WANTED['mobile']} (mobile) in performance, or 100 elsewhere")
    for path in pages:
        print(f"longest task while scrolling {path or 'home'}: {scrolling(root + path):.0f} ms")
    server.shutdown()


if __name__ == "__main__":
    main()

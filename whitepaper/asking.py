"""Asking an address of the web: politely, one request at a time to each host, a few times, and never for ever."""

from __future__ import annotations

import time
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import version
from urllib.parse import urlsplit

import urllib3
from urllib3.exceptions import HTTPError, MaxRetryError, NewConnectionError, ProxyError, TimeoutError

TRIES = 3
REDIRECTS = 8
LONGEST_WAIT = 60
BUSY = (429, 500, 502, 503, 504)


class Unanswered(Exception):  # noqa: N818  # it names what happened, not an error of ours
    """There is no answer that can be used: why, and what to do, parted by a semicolon."""


class Busy(Unanswered):
    """There is a host, and it does not answer as it should."""


class LeftAlone(Busy):
    """The host asks for no more requests for a long time."""


class Unreachable(Unanswered):
    """The host cannot be reached at all: there is no network, or no such host."""


@dataclass(frozen=True, slots=True)
class Manner:
    """How to ask: the seconds to wait for an answer, those between two requests to one host, the first wait after a fault
    (doubled from then on), and where the asker can be written to. `ready` holds when each host may be asked next.
    """

    timeout: float = 20
    pause: float = 0.2
    backoff: float = 0.5
    contact: str = ""
    ready: dict[str, float] = field(default_factory=dict, compare=False)

    @property
    def agent(self) -> str:
        """What hosts are told of who asks."""
        return f"whitepaper/{version('whitepaper')}" + (f" (mailto:{self.contact})" if self.contact else "")


@dataclass(frozen=True, slots=True)
class Answer:
    """What a host answered: its status and the text."""

    status: int
    data: bytes


class Tries(urllib3.Retry):
    """A few tries; a host that wants to be left alone for long is left alone."""

    def sleep(self, response: urllib3.BaseHTTPResponse | None = None) -> None:
        """Wait as long as the host asks; where that is too long, give up."""
        asked = response.headers.get("Retry-After") if response else None
        wait = self.parse_retry_after(asked) if asked else 0
        if wait > LONGEST_WAIT:
            raise LeftAlone(f"asks to be left alone for {wait:.0f} seconds; try again after that")
        super().sleep(response)


def get(url: str, manner: Manner, kind: str = "application/json", body: bool = True) -> Answer:
    """What the host of an address answers, whatever the status.

    Args:
        body: take the text as well; without, only whether there is an answer.

    Raises:
        Unreachable: nobody can be reached there.
        Busy: there is a host, and it gave no answer.
        LeftAlone: it asks for none.
    """
    host = urlsplit(url).netloc
    time.sleep(max(0, manner.ready.get(host, 0) - time.monotonic()))
    retries = Tries(
        total=None, connect=1, read=TRIES, status=TRIES, other=TRIES, redirect=REDIRECTS, backoff_factor=manner.backoff, status_forcelist=BUSY,
        raise_on_status=False, retry_after_max=10**9,
    )  # fmt: skip
    headers = {"User-Agent": manner.agent, "Accept": kind}
    pause = manner.pause
    try:
        answer = _pool(url).request("GET", url, headers=headers, retries=retries, timeout=manner.timeout, preload_content=body)
        pause = max(pause, _pause(answer.headers))
        data = answer.data if body else b""
        answer.close()
    except MaxRetryError as error:
        if isinstance(error.reason, (NewConnectionError, ProxyError)) or error.reason is None:
            raise Unreachable(f"{host} cannot be reached; try again with a network") from error
        why = f"did not answer within {manner.timeout:g} seconds" if isinstance(error.reason, TimeoutError) else f"could not be asked ({error.reason})"
        raise Busy(f"{host} {why}; try again later") from error
    except HTTPError as error:
        raise Busy(f"{host} could not be asked ({error}); try again later") from error
    except LeftAlone as error:
        raise LeftAlone(f"{host} {error}") from error
    finally:
        manner.ready[host] = time.monotonic() + pause
    return Answer(answer.status, data)


def refused(url: str, status: int) -> Busy:
    """That a host answers, and not with what was asked for."""
    asked = f", asked {TRIES + 1} times" if status in BUSY else ""
    return Busy(f"{urlsplit(url).netloc} answers {status}{asked}; try again later")


def _pause(headers: Mapping[str, str]) -> float:
    """The seconds between two requests that a host wants, where it says so as Crossref does: so many in so many seconds."""
    limit, interval = headers.get("X-Rate-Limit-Limit", ""), headers.get("X-Rate-Limit-Interval", "").removesuffix("s")
    return min(int(interval) / int(limit), LONGEST_WAIT) if limit.isdigit() and interval.isdigit() and int(limit) else 0


def _pool(url: str) -> urllib3.PoolManager:
    """What carries the request, through the proxy that the system names, if any."""
    parts = urlsplit(url)
    proxy = None if urllib.request.proxy_bypass(parts.hostname or "") else urllib.request.getproxies().get(parts.scheme)
    return _kept(proxy)


@cache
def _kept(proxy: str | None) -> urllib3.PoolManager:
    """One pool for a run, so that a host that is asked often is connected to once."""
    return urllib3.ProxyManager(proxy) if proxy else urllib3.PoolManager()

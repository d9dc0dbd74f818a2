"""How long a warm hit and a signature take, beside what they cannot do without.

``python -m tests.benchmarks.client_hits`` prints a table. requests-cache is shown where it is installed.
"""

from __future__ import annotations

import hashlib
import io
import json
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import diskcache
import httpx
import msgspec

from tests.benchmarks.table import Row, show
from twoj_client import TwoJ
from twoj_client.cache.memory import Memory
from twoj_client.models import StageAnswer
from twoj_client.signing import canonical_json, sign

DAY_S = 86_400
END = 1_773_446_400  # 2026-03-14T00:00:00Z
START = END - 60 * DAY_S
NOW = END + DAY_S + 9 * 3600
KEY = "0123456789abcdef0123456789abcdef"


def microseconds(work: Callable[[], object], times: int = 2000) -> float:
    """Return the best of seven medians-by-average, in microseconds."""
    best = float("inf")
    for _ in range(7):
        started = time.perf_counter()
        for _ in range(times):
            work()
        best = min(best, (time.perf_counter() - started) / times)
    return best * 1e6


def answer() -> bytes:
    """Return a stage summary of 60 days."""
    day = {
        "bet_count": 9876,
        "bet_amount": 293552800,
        "gain_amount": -55256800,
        "company_gain_amount": 55256800,
    }
    dates = [time.strftime("%Y-%m-%d", time.gmtime(START + i * DAY_S)) for i in range(60)]
    days = [{"date": date, **day} for date in reversed(dates)]
    return json.dumps(
        {"day_list": days, "summary": {name: value * 60 for name, value in day.items()}}
    ).encode()


def provider(request: httpx.Request) -> httpx.Response:
    """Answer with the days that were asked for."""
    asked = json.loads(request.content)["data"]
    payload = json.loads(answer())
    wanted = [
        row
        for row in payload["day_list"]
        if asked["time_start"]
        <= time.mktime(time.strptime(row["date"], "%Y-%m-%d")) - time.timezone
        < asked["time_end"]
    ]
    total = {name: sum(row[name] for row in wanted) for name in payload["summary"]}
    return httpx.Response(200, json={"code": 200, "msg": "", "data": {"day_list": wanted, "summary": total}})


def hits(folder: Path) -> list[Row]:
    """Measure hits of a 60-day summary."""
    payload, decoder = answer(), msgspec.json.Decoder(StageAnswer)
    with diskcache.Cache(str(folder / "plain")) as plain:
        plain.set("key", payload)
        bare = microseconds(lambda: decoder.decode(plain["key"]))
    with TwoJ(
        summary_url="http://provider.test",
        mch_id=101,
        key=KEY,
        cache_url=folder / "cache",
        clock=lambda: float(NOW),
        transport=httpx.MockTransport(provider),
    ) as twoj:
        twoj.all.stage_summary(start=START, end=END)
        same = microseconds(lambda: twoj.all.stage_summary(start=START, end=END))

        def of_days() -> object:
            twoj.all._stages._made = Memory(1)
            return twoj.all.stage_summary(start=START, end=END)

        def of_the_folder() -> object:
            twoj._cache._memory = Memory(1)
            return of_days()

        days, first = microseconds(of_days, times=300), microseconds(of_the_folder, times=50)
    reference = "diskcache.get + msgspec"
    rows = [
        Row("warm hit of a 60-day summary", f"{same:.1f} µs", reference, f"{bare:.1f} µs", same / bare, 2),
        Row("the same, put together of 60 days", f"{days:.0f} µs", reference, f"{bare:.1f} µs", days / bare),
        Row("the same, first in a process", f"{first:.0f} µs", reference, f"{bare:.1f} µs", first / bare),
    ]
    other = requests_cache_hit(folder)
    if other is not None:
        rows.append(
            Row("warm hit", f"{same:.1f} µs", "requests-cache, own key", f"{other:.0f} µs", same / other)
        )
    return rows


def requests_cache_hit(folder: Path) -> float | None:
    """Measure a hit of requests-cache with a key function that leaves the signature out."""
    try:
        import requests
        import requests_cache
    except ImportError:
        return None

    class Fixed(requests.adapters.BaseAdapter):
        def send(self, request: object, **_options: object) -> requests.Response:
            response = requests.Response()
            response.status_code, response.url, response.request = 200, str(request.url), request
            response.raw = requests.packages.urllib3.HTTPResponse(
                body=io.BytesIO(answer()), status=200, preload_content=False
            )
            return response

        def close(self) -> None:
            pass

    session = requests_cache.CachedSession(
        str(folder / "requests"), allowable_methods=["POST"], key_fn=lambda request, **_: str(request.url)
    )
    session.mount("http://", Fixed())

    def hit() -> object:
        return session.post("http://provider.test/api/all/stage/summary", data=b"{}").json()

    hit()
    return microseconds(hit, times=300)


def signatures() -> list[Row]:
    """Measure a signature."""
    data = {"time_start": START, "time_end": END, "game_id": 2011, "op_id": "player-17"}

    def bare() -> str:
        text = json.dumps(data, separators=(",", ":"), sort_keys=True)
        return hashlib.md5(f"{text}{NOW}{KEY}".encode(), usedforsecurity=False).hexdigest()

    assert bare() == sign(canonical_json(data), NOW, KEY)
    ours, theirs = microseconds(lambda: sign(canonical_json(data), NOW, KEY)), microseconds(bare)
    return [
        Row("signing", f"{ours:.1f} µs", "json.dumps + hashlib.md5", f"{theirs:.1f} µs", ours / theirs, 2)
    ]


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        show([*hits(Path(name)), *signatures()])

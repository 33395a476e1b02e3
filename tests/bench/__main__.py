"""Measure Wiremend beside nginx and a minimal proxy: ``python -m tests.bench``.

Rounds are interleaved, so that a machine that slows down slows everybody down; every figure is the
median of the ratios to the peer within a round. nginx is the peer where it is installed, else the
minimal proxy. Only loopback is used, and every loop is bounded.
"""

import argparse
import asyncio
import contextlib
import json
import platform
import shutil
import statistics
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from tests.bench import load
from tests.bench.load import Target
from tests.bench.scene import Proxy, free_port, spawn, start_upstream

_UNITS = {
    "request": "ms", "first event": "ms", "paced": "µs", "paced CPU": "µs/event",
    "tools CPU": "µs/event", "fast CPU": "µs/event", "8 streams": "events/s",
}  # fmt: skip
_NGINX = """
daemon off; worker_processes 1; error_log /dev/null; pid {folder}/nginx.pid;
events {{ worker_connections 1024; }}
http {{
  access_log off; client_body_temp_path {folder}; proxy_temp_path {folder};
  fastcgi_temp_path {folder}; uwsgi_temp_path {folder}; scgi_temp_path {folder};
  upstream provider {{ server 127.0.0.1:{upstream}; keepalive 64; }}
  server {{
    listen 127.0.0.1:{port};
    location / {{
      proxy_pass http://provider; proxy_buffering off; proxy_http_version 1.1;
      proxy_set_header Connection ""; keepalive_requests 1000000;
    }}
  }}
}}
"""


def main() -> int:
    """Start everybody, measure in rounds, print a table and write JSON."""
    options = _options()
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as running:
        targets = _start(Path(folder), running)
        rounds = [_round(targets, options.scale, number) for number in range(options.rounds)]
        rss = _memory_mb(targets)
    peer = "nginx" if any(target.name == "nginx" for target in targets) else "minimal"
    report = _report(rounds, peer)
    print(_table(report, peer))
    print(f"\nresident memory: {', '.join(f'{name} {mb:.0f} MB' for name, mb in rss.items())}")
    if options.json:
        Path(options.json).write_text(json.dumps({"peer": peer, "figures": report, "rss_mb": rss}))
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--scale", type=float, default=1.0, help="less than 1 for a brief run")
    parser.add_argument("--json", default="")
    return parser.parse_args()


def _start(folder: Path, running: contextlib.ExitStack) -> list[Target]:
    upstream = start_upstream(running)
    targets = [Target("direct", upstream, None)]
    if shutil.which("nginx"):
        port = free_port()
        written = folder / "nginx.conf"
        written.write_text(_NGINX.format(folder=folder, port=port, upstream=upstream))
        command = ["nginx", "-p", str(folder), "-c", str(written)]
        targets.append(Target("nginx", port, spawn(running, command, port)))
    port = free_port()
    url = f"http://127.0.0.1:{upstream}/v1/chat/completions"
    command = [sys.executable, "-m", "tests.bench.minimal", str(port), url]
    targets.append(Target("minimal", port, spawn(running, command, port)))
    return [*targets, Proxy(running, folder, {"bench": upstream}).target]


def _round(targets: list[Target], scale: float, number: int) -> dict[str, dict[str, float]]:
    turned = targets[number % len(targets) :] + targets[: number % len(targets)]
    return {target.name: asyncio.run(_measure(target, scale)) for target in turned}


async def _measure(target: Target, scale: float) -> dict[str, float]:
    def some(count: int) -> int:
        return max(10, int(count * scale))

    figures = {"request": await load.request_ms(target, some(300))}
    figures["first event"] = await load.first_event_ms(target, some(200))
    # A round to open the connections, which is not counted.
    await load.paced(target, 8, 3, index=True)
    figures["paced"], figures["paced CPU"] = await load.paced(target, 8, some(150), index=True)
    _, figures["tools CPU"] = await load.paced(target, 8, some(150), index=False)
    figures["8 streams"], figures["fast CPU"] = await load.flat_out(target, 8, some(5000))
    return figures


def _report(
    rounds: list[dict[str, dict[str, float]]], peer: str
) -> dict[str, dict[str, dict[str, float]]]:
    report: dict[str, dict[str, dict[str, float]]] = {}
    for figure in _UNITS:
        report[figure] = {}
        for name in rounds[0]:
            values = [each[name][figure] for each in rounds]
            ratios = list(_ratios(rounds, name, peer, figure))
            ratio = statistics.median(ratios) if ratios else 0.0
            report[figure][name] = {"median": statistics.median(values), "ratio": ratio}
    return report


def _ratios(
    rounds: list[dict[str, dict[str, float]]], name: str, peer: str, figure: str
) -> Iterator[float]:
    for each in rounds:
        if each[peer][figure]:
            yield each[name][figure] / each[peer][figure]


def _table(report: dict[str, dict[str, dict[str, float]]], peer: str) -> str:
    names = [name for name in next(iter(report.values())) if name != "direct"]
    day = datetime.now(UTC).date()
    lines = [
        f"Ratios to {peer}, {day}, {platform.machine()}, Python {platform.python_version()}", "",
        "| figure | " + " | ".join(names) + " |", "| --- |" + " ---: |" * len(names),
    ]  # fmt: skip
    for figure, by_name in report.items():
        cells = [f"{by_name[name]['ratio']:.2f} ({by_name[name]['median']:.4g})" for name in names]
        lines.append(f"| {figure}, {_UNITS[figure]} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _memory_mb(targets: list[Target]) -> dict[str, float]:
    return {
        target.name: target.process.memory_info().rss / 1e6
        for target in targets
        if target.process is not None
    }


if __name__ == "__main__":
    sys.exit(main())

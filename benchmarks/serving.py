"""The product's own web process, started on a free port for one run."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import httpx

UP_WITHIN = 60


@contextmanager
def web(settings: Mapping[str, str] | None = None) -> Iterator[str]:
    """Start `huixiang web` on the run's database, with more settings if given, and give its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "huixiang.cli.main", "web", "--port", str(port)]
    process = subprocess.Popen(command, env=os.environ | {"HUIXIANG_PORT": str(port)} | dict(settings or {}))
    address = f"http://127.0.0.1:{port}"
    try:
        _wait(process, address)
        yield address
    finally:
        process.terminate()
        process.wait(timeout=30)


def _wait(process: subprocess.Popen[bytes], address: str) -> None:
    until = time.monotonic() + UP_WITHIN
    while time.monotonic() < until and process.poll() is None:
        try:
            httpx.get(address + "/healthz")
        except httpx.TransportError:
            time.sleep(0.1)
        else:
            return
    raise SystemExit("the web process did not answer")

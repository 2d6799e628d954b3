"""A light HTTP client: many connections from one thread, so that the load costs little beside the server."""

import asyncio
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Load:
    """Requests a second over all connections, and how long the median and the slowest twentieth waited, in ms."""

    rate: float
    p50: float
    p95: float
    statuses: dict[int, int]
    bytes_each: float


def request(method: str, path: str, *, cookies: str, body: str = "", host: str = "testserver") -> bytes:
    lines = [f"{method} {path} HTTP/1.1", f"Host: {host}", f"Cookie: {cookies}", "Accept-Language: en"]
    if method == "POST":
        lines += ["Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(body)}"]
        lines += [f"Origin: http://{host}"]
    return ("\r\n".join(lines) + "\r\n\r\n" + body).encode()


def send(port: int, requests: Sequence[bytes], *, clients: int) -> Load:
    """Sends each request once, over `clients` connections that stay open."""
    return asyncio.run(_send(port, requests, clients))


async def _send(port: int, requests: Sequence[bytes], clients: int) -> Load:
    waits: list[float] = []
    statuses: dict[int, int] = {}
    sizes: list[int] = []
    left = iter(requests)

    async def client() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for each in left:
            started = time.perf_counter()
            writer.write(each)
            status, size = await _answer(reader)
            waits.append(time.perf_counter() - started)
            statuses[status] = statuses.get(status, 0) + 1
            sizes.append(size)
        writer.close()

    started = time.perf_counter()
    await asyncio.gather(*(client() for _ in range(clients)))
    took = time.perf_counter() - started
    ordered = sorted(waits)
    return Load(
        rate=len(waits) / took,
        p50=1000 * statistics.median(ordered),
        p95=1000 * ordered[int(0.95 * (len(ordered) - 1))],
        statuses=statuses,
        bytes_each=statistics.mean(sizes),
    )


async def _answer(reader: asyncio.StreamReader) -> tuple[int, int]:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    status = int(head.split(" ", 2)[1])
    length = next(
        (line.split(":")[1] for line in head.split("\r\n") if line.lower().startswith("content-length:")), None
    )
    if length is not None:
        await reader.readexactly(int(length))
        return status, int(length)
    size = 0
    while chunk := int((await reader.readline()).strip() or b"0", 16):
        await reader.readexactly(chunk + 2)
        size += chunk
    await reader.readline()
    return status, size

"""A light HTTP client: many connections from one thread, so that the load costs little beside the server."""

import asyncio
import statistics
import time
from collections import Counter
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
    answers: Sequence["Answer"]


@dataclass(frozen=True)
class Answer:
    """`wait` is in seconds."""

    wait: float
    status: int
    size: int


def request(method: str, path: str, *, cookies: str = "", body: str = "", host: str = "testserver") -> bytes:
    lines = [f"{method} {path} HTTP/1.1", f"Host: {host}", "Accept-Language: en"]
    lines += [f"Cookie: {cookies}"] if cookies else []
    if method == "POST":
        lines += ["Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(body)}"]
        lines += [f"Origin: http://{host}"]
    return ("\r\n".join(lines) + "\r\n\r\n" + body).encode()


def send(port: int, requests: Sequence[bytes], *, clients: int) -> Load:
    """Sends each request once, over `clients` connections that stay open."""
    return asyncio.run(_send(port, requests, clients))


def send_steadily(port: int, *streams: tuple[Sequence[bytes], float]) -> list[Load]:
    """Sends each stream's requests at its rate a second, whether earlier ones were answered or not, all at once.

    A wait counts from the moment the request was due.
    """

    async def all_of_them() -> list[Load]:
        return await asyncio.gather(*(_steadily(port, requests, rate) for requests, rate in streams))

    return asyncio.run(all_of_them())


async def _steadily(port: int, requests: Sequence[bytes], rate: float) -> Load:
    idle: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []
    found: list[Answer] = []
    began = time.perf_counter()

    async def one(each: bytes, due: float) -> None:
        reader, writer = idle.pop() if idle else await asyncio.open_connection("127.0.0.1", port)
        writer.write(each)
        status, size = await _answer(reader, has_body=not each.startswith(b"HEAD"))
        found.append(Answer(time.perf_counter() - due, status, size))
        idle.append((reader, writer))

    async with asyncio.TaskGroup() as tasks:
        for index, each in enumerate(requests):
            due = began + index / rate
            await asyncio.sleep(max(due - time.perf_counter(), 0))
            tasks.create_task(one(each, due))
    took = time.perf_counter() - began
    for _, writer in idle:
        writer.close()
    return _load(found, took)


async def _send(port: int, requests: Sequence[bytes], clients: int) -> Load:
    found: list[Answer] = []
    left = iter(requests)

    async def client() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for each in left:
            started = time.perf_counter()
            writer.write(each)
            status, size = await _answer(reader)
            found.append(Answer(time.perf_counter() - started, status, size))
        writer.close()

    started = time.perf_counter()
    await asyncio.gather(*(client() for _ in range(clients)))
    return _load(found, time.perf_counter() - started)


def _load(found: Sequence[Answer], took: float) -> Load:
    ordered = sorted(each.wait for each in found)
    return Load(
        rate=len(found) / took,
        p50=1000 * statistics.median(ordered),
        p95=1000 * ordered[int(0.95 * (len(ordered) - 1))],
        statuses=dict(Counter(each.status for each in found)),
        bytes_each=statistics.mean(each.size for each in found),
        answers=found,
    )


def joined(*loads: Load) -> Load:
    """Several that were measured one after the other, as one."""
    found = [answer for load in loads for answer in load.answers]
    return _load(found, sum(len(load.answers) / load.rate for load in loads))


async def _answer(reader: asyncio.StreamReader, *, has_body: bool = True) -> tuple[int, int]:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    status = int(head.split(" ", 2)[1])
    if not has_body:
        return status, 0
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

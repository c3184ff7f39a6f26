"""Hands that send: plain HTTP/1.1 over kept connections in one thread, with arrivals that wait for nobody."""

from __future__ import annotations

import asyncio
import random
import statistics
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from dataclasses import dataclass, field

import msgspec

MOST_LINES = 2_000  # connections at once; whoever finds none waits, and the wait counts
PATIENCE = 45.0  # seconds, as the phone's application


class Reply(msgspec.Struct):
    """An answer; status 0 when there was none."""

    status: int
    headers: dict[str, str] = {}
    body: bytes = b""


class Lines:
    """Connections to one server, used again as browsers do."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.idle: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []
        self.places = asyncio.Semaphore(MOST_LINES)

    async def ask(self, method: str, path: str, headers: dict[str, str], body: bytes = b"") -> Reply:
        """One request; a kept connection that was closed meanwhile is replaced once."""
        lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", f"Content-Length: {len(body)}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        request = "\r\n".join([*lines, "", ""]).encode() + body
        async with self.places:
            while self.idle:
                reply = await self._try(self.idle.pop(), request)
                if reply.status:
                    return reply
            try:
                line = await asyncio.open_connection("127.0.0.1", self.port, limit=1 << 20)
            except OSError:
                return Reply(0)
            return await self._try(line, request)

    async def _try(self, line: tuple[asyncio.StreamReader, asyncio.StreamWriter], request: bytes) -> Reply:
        reader, writer = line
        try:
            async with asyncio.timeout(PATIENCE):
                writer.write(request)
                await writer.drain()
                reply = await _read(reader)
        except (OSError, TimeoutError, asyncio.IncompleteReadError):
            writer.close()
            return Reply(0)
        if reply.headers.get("connection", "").lower() == "close":
            writer.close()
        else:
            self.idle.append(line)
        return reply

    def close(self) -> None:
        """Let go of all of them."""
        for _, writer in self.idle:
            writer.close()
        self.idle.clear()


async def _read(reader: asyncio.StreamReader) -> Reply:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    pairs = (line.split(": ", 1) for line in head[1:] if line)
    headers = {name.lower(): value for name, value in pairs}
    if "content-length" in headers:
        body = await reader.readexactly(int(headers["content-length"]))
    else:
        body = b"".join([part async for part in _chunks(reader)])
    return Reply(int(head[0].split(" ", 2)[1]), headers, body)


async def _chunks(reader: asyncio.StreamReader) -> AsyncIterator[bytes]:
    while size := int(await reader.readuntil(b"\r\n"), 16):
        yield (await reader.readexactly(size + 2))[:-2]
    await reader.readexactly(2)


@dataclass
class Tally:
    """What became of requests: how long each took from the moment it was due, by what was answered."""

    took: dict[int, list[float]] = field(default_factory=dict)

    def note(self, status: int, seconds: float) -> None:
        """One more."""
        self.took.setdefault(status, []).append(seconds)

    def count(self, *statuses: int) -> int:
        """How many were answered so."""
        return sum(len(self.took.get(status, ())) for status in statuses)

    @property
    def whole(self) -> int:
        """How many there were."""
        return sum(map(len, self.took.values()))

    def milliseconds(self, share: float, status: int = 200) -> float:
        """The time that this share of the requests answered so keeps; 0 when there were none."""
        times = self.took.get(status, [])
        if len(times) < 2:
            return 1000 * sum(times)
        return 1000 * statistics.quantiles(times, n=1000, method="inclusive")[round(share * 1000) - 1]


async def arrive(
    works: Iterable[Callable[[], Awaitable[int]]], rate: float, tally: Tally, rng: random.Random
) -> float:
    """Begin these at random moments, so many a second, whether or not earlier ones have ended; returns the seconds."""
    began = due = time.perf_counter()
    running: set[asyncio.Task[None]] = set()
    for work in works:
        due += rng.expovariate(rate)
        if (pause := due - time.perf_counter()) > 0:
            await asyncio.sleep(pause)
        task = asyncio.create_task(_timed(work, due, tally))
        running.add(task)
        task.add_done_callback(running.discard)
    while running:
        await asyncio.wait(running)
    return time.perf_counter() - began


async def _timed(work: Callable[[], Awaitable[int]], due: float, tally: Tally) -> None:
    tally.note(await work(), time.perf_counter() - due)


async def in_turns(
    works: Iterable[Callable[[], Awaitable[int]]], hands: int, tally: Tally, seconds: float = 1e9
) -> float:
    """So many hands, each taking the next as soon as it is free, until all is done or time is up; the seconds."""
    began, queue = time.perf_counter(), iter(works)

    async def hand() -> None:
        for work in queue:
            await _timed(work, time.perf_counter(), tally)
            if time.perf_counter() - began > seconds:
                return

    await asyncio.gather(*(hand() for _ in range(hands)))
    return time.perf_counter() - began

"""R19: every address × every wrong role × the canaries of every area. Nothing leaks and nothing breaks."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

import pytest
from django.http import HttpResponse
from django.test import Client

from tests.threats import addresses
from tests.threats.browser import signed_in
from tests.threats.canary import AREAS, STRANGERS, World

LEAST = 400
TOLD_TO_ALL = "/p/notices/"  # who publishes a notice is told that everybody reads it


def ask(client: Client, path: str, method: str) -> HttpResponse:
    """One request as a browser, as a part of a page, or as an empty form."""
    if method == "post":
        return client.post(path, headers={"Accept-Language": "en"})  # type: ignore[return-value]
    headers = {"HX-Request": "true"} if method == "part" else {}
    return client.get(path, headers=headers)  # type: ignore[return-value]


def said(answer: HttpResponse) -> str:
    """Everything that left the server, except an address it was asked for and sends back."""
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[attr-defined]
    return body.decode(errors="replace") + str(answer.headers)


def leaks(text: str, path: str, worlds: list[World], blind: tuple[int, ...]) -> list[str]:
    """The marks of areas this person must not see; what stood in the question is no secret."""
    if path == TOLD_TO_ALL:
        return []
    return [
        mark
        for world in worlds
        if world.area in blind
        for mark in world.marks
        if mark in text and mark not in path
    ]


def questions(worlds: list[World]) -> Iterator[tuple[str, str]]:
    """Method and path: pages about everybody's things, forms and parts of pages about ours."""
    for pattern in addresses.patterns():
        yield from (
            ("get", path) for path in dict.fromkeys(p for world in worlds for p in pattern.filled(world))
        )
        if not pattern.route.startswith("accounts/"):  # would sign out
            yield from ((method, path) for path in pattern.filled(worlds[0]) for method in ("part", "post"))


def look_around(client: Client, worlds: list[World], blind: tuple[int, ...]) -> tuple[int, list[str]]:
    """Ask for everything; how many questions, and what went wrong."""
    asked, wrong = 0, []
    for method, path in questions(worlds):
        answer = ask(client, path, method)
        asked += 1
        if answer.status_code >= 500:
            wrong.append(f"{method} {path}: {answer.status_code}")
        wrong += [f"{method} {path}: {mark}" for mark in leaks(said(answer), path, worlds, blind)]
    return asked, wrong


@pytest.mark.slow
@pytest.mark.parametrize("stranger", [None, *STRANGERS], ids=lambda one: one.name if one else "anonymous")
def test_no_address_tells_a_stranger_anything(
    worlds: list[World], strangers: dict[str, UUID], stranger: type | None
) -> None:
    blind = stranger.blind if stranger else AREAS  # type: ignore[attr-defined]
    client = signed_in(strangers[stranger.name] if stranger else None)  # type: ignore[attr-defined]
    asked, wrong = look_around(client, worlds, blind)
    assert wrong == []
    assert asked * (len(STRANGERS) + 1) >= LEAST, "the table of addresses was not asked"


def test_the_canaries_can_be_seen_by_those_who_may(worlds: list[World], commander: object) -> None:
    """Otherwise the tests above would prove nothing."""
    from muster.core.access import scope, system
    from tests.cast import INCIDENT, account_for

    with scope(system(), INCIDENT):
        client = signed_in(account_for(commander))  # type: ignore[arg-type]
    seen, wrong = set(), []
    for method, path in questions(worlds):
        if method != "get":
            continue
        answer = ask(client, path, method)
        text = said(answer)
        if answer.status_code >= 500:
            wrong.append(f"{path}: {answer.status_code}")
        wrong += [f"{path}: {mark}" for mark in leaks(text, path, worlds, (AREAS[2],))]
        if any(mark in text and mark not in path for mark in worlds[0].marks):
            seen.add(path)
    assert wrong == []
    assert len(seen) >= 5, seen


def test_the_table_of_addresses_is_read_whole() -> None:
    routes = {one.route for one in addresses.patterns()}
    assert {"sync", "i/<slug:incident>/work/", "i/<slug:incident>/figures.json"} <= routes
    assert len(addresses.desk()) >= 8

"""Every address of the product, with its parts filled in: a screen added later is asked for by itself."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.converters import IntConverter, SlugConverter, UUIDConverter

from tests.threats.canary import World

INCIDENT_CODE = "lg-0217"
MOST = 2  # addresses of one pattern and one world
# what is known of parts that are no ids
WORDS = {"figure": ("contacts", "residents_registered", "tubes"), "incident": (INCIDENT_CODE,)}


@dataclass(frozen=True)
class Pattern:
    """One line of the table of addresses."""

    route: str
    converters: tuple[tuple[str, Any], ...]

    def filled(self, world: World) -> Iterator[str]:
        """This address about the things of a world."""
        names = [name for name, _ in self.converters]
        choices = [_values(name, converter, world) for name, converter in self.converters]
        for picked in itertools.islice(itertools.product(*choices), MOST):
            path = self.route
            for name, value in zip(names, picked, strict=True):
                path = re.sub(rf"<(?:\w+:)?{name}>", value, path)
            yield "/" + path


def _values(name: str, converter: Any, world: World) -> list[str]:
    if isinstance(converter, UUIDConverter):
        ids: list[UUID] = world.aim(name)
        return [str(one) for one in ids]
    if isinstance(converter, IntConverter):
        return ["1", "0"]
    if isinstance(converter, SlugConverter) and name in WORDS:
        return list(WORDS[name])
    return ["no-such-thing", world.mark]


def patterns() -> list[Pattern]:
    """All of them; the regular expressions that allauth brings have no names of ours in them."""
    return [one for one in _walk(get_resolver().url_patterns, "", ()) if "^" not in one.route]


def _walk(listed: list[Any], before: str, converters: tuple[tuple[str, Any], ...]) -> Iterator[Pattern]:
    for one in listed:
        here = converters + tuple(getattr(one.pattern, "converters", {}).items())
        route = before + str(one.pattern)
        if isinstance(one, URLResolver):
            yield from _walk(one.url_patterns, route, here)
        elif isinstance(one, URLPattern):
            yield Pattern(route, here)


def desk() -> list[Pattern]:
    """Those of an incident."""
    return [one for one in patterns() if one.route.startswith("i/<slug:incident>/")]

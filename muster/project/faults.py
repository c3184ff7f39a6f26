"""Faults as people and logs see them: a page in words, another try for a lost database, no personal data."""

from __future__ import annotations

import logging
import re
import sys
import traceback
from collections.abc import Iterator
from typing import Any

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template import loader

AGAIN = "5"


def server_error(request: HttpRequest) -> HttpResponse:
    """500, or 503 with Retry-After while the database is away. Nothing of the request is repeated."""
    if isinstance(sys.exc_info()[1], OperationalError | InterfaceError):
        answer = HttpResponse(loader.render_to_string("503.html"), status=503)
        answer["Retry-After"] = AGAIN
        return answer
    return HttpResponse(loader.render_to_string("500.html"), status=500)


# what opens something to whoever has it: the token of a telephone, the link of a resident
TOKEN = re.compile(r"(/key/|/p/[br]/[^/\s]*/)[^/\s]+")


class Discreet(logging.Formatter):
    """Log lines with the way to a fault but without what it was about: messages may quote people's data.

    Of a database's error its code, table and constraint are kept, never the row; of an address not its token.
    """

    def format(self, record: logging.LogRecord) -> str:
        """The line without what would let its reader in."""
        return TOKEN.sub(r"\1…", super().format(record))

    def formatException(self, ei: Any) -> str:  # noqa: N802  # the name logging gave it
        """Frames and kinds of the whole chain of exceptions, no messages."""
        return "\n".join(self._told(ei[1]))

    def _told(self, error: BaseException | None) -> Iterator[str]:
        if error is None:
            return
        before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
        yield from self._told(before)
        for frame in traceback.extract_tb(error.__traceback__):
            yield f'  File "{frame.filename}", line {frame.lineno}, in {frame.name}'
        known = getattr(error, "diag", None)
        where = [known.sqlstate, known.table_name, known.constraint_name] if known else []
        yield " ".join([type(error).__qualname__, *(one for one in where if one)])

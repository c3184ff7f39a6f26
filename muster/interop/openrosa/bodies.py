"""Reading the body of a submission: multipart, chunked or not, within limits, file names in UTF-8."""

from __future__ import annotations

import tempfile
from typing import IO, Any

import msgspec
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.core.files.uploadhandler import MemoryFileUploadHandler, TemporaryFileUploadHandler
from django.http import HttpRequest
from django.http.multipartparser import MultiPartParser, MultiPartParserError

from muster.interop.forms.refusals import TooLarge, Unreadable
from muster.interop.openrosa.taking import File

MOST_BYTES = 20_000_000
IN_MEMORY = 1_000_000
PIECE = 1 << 16
MOST_XML = 5_000_000
XML_PART = "xml_submission_file"
INCOMPLETE = "*isIncomplete*"


class Body(msgspec.Struct, frozen=True):
    """The form as XML, the files beside it, and whether more files of it will come."""

    xml: bytes
    files: list[File]
    is_incomplete: bool


def read_body(request: HttpRequest) -> Body:
    """Read one POST; raises `TooLarge` or `Unreadable`."""
    kind = request.META.get("CONTENT_TYPE", "")
    if not kind.lower().startswith("multipart/form-data"):
        raise Unreadable(problem="Content-Type")
    with tempfile.SpooledTemporaryFile(max_size=IN_MEMORY) as whole:
        size = _copy(request, whole)
        whole.seek(0)
        handlers: list[Any] = [MemoryFileUploadHandler(request), TemporaryFileUploadHandler(request)]
        meta = request.META | {"CONTENT_LENGTH": str(size)}
        try:
            fields, parts = MultiPartParser(meta, whole, handlers, "utf-8").parse()  # type: ignore[arg-type]
        except (MultiPartParserError, SuspiciousOperation, RequestDataTooBig) as error:
            raise Unreadable(problem="multipart") from error
        xml, files = b"", []
        for name, listed in parts.lists():
            for part in listed:
                content = part.read()
                part.close()
                if name == XML_PART:
                    xml = content
                else:
                    files.append(File((part.name or name).replace("\0", "")[:200], content))
    if not xml and fields.get(XML_PART):
        xml = str(fields[XML_PART]).encode()
    if not xml:
        raise Unreadable(problem=XML_PART)
    if len(xml) > MOST_XML:
        raise TooLarge(limit=MOST_XML)
    return Body(xml, files, fields.get(INCOMPLETE, "").lower() == "yes")


def _copy(request: HttpRequest, to: IO[bytes]) -> int:
    """All bytes of the body, up to the limit. A chunked body has no length: it is read from the server itself."""
    announced = request.META.get("CONTENT_LENGTH") or ""
    if announced.isdecimal() and int(announced) > MOST_BYTES:
        raise TooLarge(limit=MOST_BYTES)
    source: Any = request if announced.isdecimal() else request.META.get("wsgi.input", request)
    size = 0
    while piece := source.read(PIECE):
        size += len(piece)
        if size > MOST_BYTES:
            raise TooLarge(limit=MOST_BYTES)
        to.write(piece)
    return size

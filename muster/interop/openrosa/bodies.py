"""Reading the body of a submission: multipart, chunked or not, within limits, file names in UTF-8."""

from __future__ import annotations

import io
from typing import IO, Any

import msgspec
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.core.files.uploadhandler import MemoryFileUploadHandler
from django.http import HttpRequest
from django.http.multipartparser import MultiPartParser, MultiPartParserError
from django.utils.http import parse_header_parameters

from muster.interop.forms.refusals import TooLarge, Unreadable
from muster.interop.openrosa.taking import File

MOST_BYTES = 20_000_000
PIECE = 1 << 16
MOST_XML = 5_000_000
TAIL = 1_000  # of the body: its last boundary stands there
XML_PART = "xml_submission_file"


class Body(msgspec.Struct, frozen=True):
    """The form as XML and the files beside it. More files of it may come with the same XML."""

    xml: bytes
    files: list[File]


def read_body(request: HttpRequest) -> Body:
    """Read one POST; raises `TooLarge` or `Unreadable`."""
    kind = request.META.get("CONTENT_TYPE", "")
    if not kind.lower().startswith("multipart/form-data"):
        raise Unreadable(problem="Content-Type")
    with io.BytesIO() as whole:  # never in clear on a disk
        size = _copy(request, whole)
        _check_end(whole, kind, size)
        whole.seek(0)
        handlers: list[Any] = [MemoryFileUploadHandler(request)]
        meta = request.META | {"CONTENT_LENGTH": str(size)}
        try:
            fields, parts = MultiPartParser(meta, whole, handlers, "utf-8").parse()
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
    return Body(xml, files)


def _check_end(whole: IO[bytes], kind: str, size: int) -> None:
    """A line that broke leaves no last boundary: half a photograph must not count as one."""
    boundary = parse_header_parameters(kind)[1].get("boundary", "")
    whole.seek(max(0, size - TAIL))
    if f"--{boundary}--".encode() not in whole.read():
        raise Unreadable(problem="multipart: truncated")


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

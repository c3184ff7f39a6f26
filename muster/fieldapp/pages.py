"""The addresses of the shell: `/f/`, the immutable tree below it, and the service worker."""

from __future__ import annotations

from csp.decorators import csp_replace
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_safe

from muster.fieldapp import shell

POLICY = {
    "default-src": ["'none'"],
    "script-src": ["'self'", "'wasm-unsafe-eval'"],  # the code reader is compiled
    "style-src": ["'self'"],
    "img-src": ["'self'", "data:", "blob:"],
    "media-src": ["'self'", "blob:"],
    "font-src": ["'self'"],
    "connect-src": ["'self'"],
    "worker-src": ["'self'"],
    "manifest-src": ["'self'"],
    "form-action": ["'none'"],
    "base-uri": ["'none'"],
    "frame-ancestors": ["'none'"],
}
FOR_EVER = "public, max-age=31536000, immutable"


def _plain(content: bytes, kind: str, lasting: str) -> HttpResponse:
    response = HttpResponse(content, content_type=kind)
    response["Cache-Control"] = lasting
    response["X-Content-Type-Options"] = "nosniff"
    return response


@require_safe
def entrance(request: HttpRequest) -> HttpResponse:
    """Go to the tree of the version that is installed here."""
    response = HttpResponseRedirect(f"/f/{shell.build().name}/")
    response["Cache-Control"] = "no-cache"
    return response


@require_safe
def service_worker(request: HttpRequest) -> HttpResponse:
    """The worker; asked for anew at every start, so that a new version is noticed."""
    response = _plain(shell.worker(), "text/javascript; charset=utf-8", "no-cache")
    response["Service-Worker-Allowed"] = "/f/"
    return response


@require_safe
@csp_replace(POLICY)  # type: ignore[arg-type]
def file(request: HttpRequest, build: str, path: str) -> HttpResponse:
    """One file of the tree. A page of another version is sent to this one; another version's file is gone."""
    mine = shell.build()
    path = path or "index.html"
    if build != mine.name:
        if path == "index.html":
            return entrance(request)
        raise Http404
    found = mine.files.get(path)
    if found is None:
        raise Http404
    if "gzip" in request.headers.get("Accept-Encoding", "") and len(found.packed) < len(found.content):
        response = _plain(found.packed, found.kind, FOR_EVER)
        response["Content-Encoding"] = "gzip"
    else:
        response = _plain(found.content, found.kind, FOR_EVER)
    response["Vary"] = "Accept-Encoding"
    return response

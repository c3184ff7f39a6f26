"""The doors of a training server as anybody outside knows them: sign-in, enrolment, commands, clock."""

import re
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Protocol
from urllib.parse import urlsplit

import httpx
import msgspec

PATIENCE = 12  # tries while the server starts again or its database is busy
LOOPBACK = {"127.0.0.1", "localhost", "::1"}


class DrillError(Exception):
    """The drill cannot go on; says why in both languages."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(f"{zh} / {en}")


class Answer(msgspec.Struct, frozen=True):
    """What the server said about one command."""

    id: str | None
    result: str
    code: str = ""
    reason: str = ""
    data: Any = None


class Answers(msgspec.Struct, frozen=True):
    """What the server said about a batch, and what time it has."""

    now: datetime
    answers: list[Answer]


class Door(Protocol):
    """Somewhere a batch of commands can be handed in."""

    def sync(self, envelope: Mapping[str, object]) -> Answers:
        """Send a batch."""


class Server:
    """A training server on this machine; one kept-alive connection pool for everybody."""

    def __init__(self, url: str) -> None:
        if urlsplit(url).hostname not in LOOPBACK:
            raise DrillError("演练只连接本机的服务", "the drill only connects to a server on this machine")
        self.url = url.rstrip("/")
        self.http = self.connect()

    def connect(self) -> httpx.Client:
        limits = httpx.Limits(max_connections=12, max_keepalive_connections=12)
        return httpx.Client(base_url=self.url, timeout=120, limits=limits, trust_env=False)

    def close(self) -> None:
        """Let go of all connections."""
        self.http.close()

    def ask(self, client: httpx.Client, method: str, path: str, **what: Any) -> httpx.Response:
        """One request, patient with a busy or restarting server; anything else unexpected ends the drill."""
        for turn in range(PATIENCE):
            try:
                response = client.request(method, path, **what)
            except httpx.TransportError as wrong:
                problem = str(wrong) or type(wrong).__name__
            else:
                if response.status_code != httpx.codes.SERVICE_UNAVAILABLE:
                    return self._checked(response, path)
                problem = "503"
            time.sleep(min(0.2 * 2**turn, 5.0))
        raise DrillError(
            f"服务器没有回应（{path}：{problem}）", f"the server does not answer ({path}: {problem})"
        )

    def _checked(self, response: httpx.Response, path: str) -> httpx.Response:
        if response.status_code >= httpx.codes.INTERNAL_SERVER_ERROR:
            raise DrillError(
                f"服务器出错：{path} 返回 {response.status_code}，见服务器日志",
                f"the server failed: {path} answered {response.status_code}; see its log",
            )
        return response


class Desk:
    """Somebody signed in with a password, as in a browser."""

    def __init__(self, server: Server, username: str, password: str) -> None:
        self.server, self.username = server, username
        self.client = server.connect()
        page = server.ask(self.client, "GET", "/accounts/login/")
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)
        form = {"login": username, "password": password, "csrfmiddlewaretoken": token[1] if token else ""}
        server.ask(self.client, "POST", "/accounts/login/", data=form, headers={"Referer": server.url})
        if "sessionid" not in self.client.cookies:
            raise DrillError(f"账号 {username} 无法登录", f"account {username} cannot sign in")

    def _headers(self) -> dict[str, str]:
        return {"X-CSRFToken": self.client.cookies["csrftoken"], "Referer": self.server.url}

    def post(self, path: str, content: Mapping[str, object]) -> httpx.Response:
        """A JSON request with session and CSRF token."""
        body = msgspec.json.encode(content)
        return self.server.ask(self.client, "POST", path, content=body, headers=self._headers())

    def form(self, path: str, data: Mapping[str, str], file: tuple[str, bytes] | None = None) -> str:
        """A form of a page, as the browser sends it; where the page leads to."""
        files = {"file": file} if file else None
        response = self.server.ask(self.client, "POST", path, data=data, files=files, headers=self._headers())
        if response.status_code != httpx.codes.FOUND:
            _content(response, path)
        return str(response.headers.get("Location", path))

    def sync(self, envelope: Mapping[str, object]) -> Answers:
        """Hand in a batch at the desk."""
        return _answers(self.post("/sync", envelope))

    def enrol(self, account: str, label: str, incident: str, area: int, key: str = "") -> dict[str, Any]:
        """Enrol a telephone: its id and token, and, when it has made a key of its own, what it seals to."""
        wish = {"account": account, "label": label, "incident": incident, "area": area, "key": key}
        return _content(self.post("/sync/enrol", wish), "/sync/enrol")

    def move_clock(self, to: datetime) -> datetime | None:
        """Move the training clock; None when it already stands later."""
        response = self.post("/training/clock", {"to": to})
        if response.status_code == httpx.codes.NOT_FOUND:
            raise DrillError("这不是演练系统", "this is not a training installation")
        if response.status_code == httpx.codes.CONFLICT:
            return None
        return datetime.fromisoformat(str(_content(response, "/training/clock")["now"]))

    def read(self, path: str) -> Any:
        """The JSON content of a page, or None when there is no such page."""
        response = self.server.ask(self.client, "GET", path)
        return response.json() if response.status_code == httpx.codes.OK else None


class Telephone:
    """An enrolled telephone, which may only hand in commands."""

    def __init__(self, server: Server, device: str, token: str) -> None:
        self.server, self.device, self.token = server, device, token

    def sync(self, envelope: Mapping[str, object]) -> Answers:
        """Hand in a batch over the air."""
        body = msgspec.json.encode({**envelope, "device": self.device})
        headers = {"Authorization": f"Bearer {self.token}"}
        return _answers(self.server.ask(self.server.http, "POST", "/sync", content=body, headers=headers))


def _answers(response: httpx.Response) -> Answers:
    if response.status_code != httpx.codes.OK:
        _content(response, "/sync")
    return msgspec.json.decode(response.content, type=Answers)


def _content(response: httpx.Response, path: str) -> dict[str, Any]:
    if response.status_code != httpx.codes.OK:
        said = response.text[:300]
        raise DrillError(
            f"服务器拒绝了 {path}：{response.status_code} {said}",
            f"the server refused {path}: {response.status_code}",
        )
    content: dict[str, Any] = response.json()
    return content


@contextmanager
def connected(url: str) -> Iterator[Server]:
    """A server to talk to, let go of at the end."""
    server = Server(url)
    try:
        yield server
    finally:
        server.close()


def offered(server: Server) -> bool:
    """Whether the server is up and has its database."""
    try:
        return server.http.get("/healthz").status_code == httpx.codes.OK
    except httpx.TransportError:
        return False

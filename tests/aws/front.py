"""The server that a client is sent to: it answers as AWS does, notes what was asked, and makes the faults that a test asks for."""

import json
import random
import re
import ssl
import threading
import urllib.parse
from collections.abc import Iterable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal, Self

from aws.answers import Answer, Aws, Call, Paging, error, is_query


@dataclass
class Fault:
    """What goes wrong with calls.

    `throttle`: they are too many; `deny`: the caller may not; `fail`: AWS is at fault (500); `cut`: the connection ends in the middle of
    the answer; `hold`: the answer is held back until `Front.release`, or for some seconds.
    """

    how: Literal["throttle", "deny", "fail", "cut", "hold"]
    action: str = ""  # of this action; else of any but `sts:GetCallerIdentity`
    about: str = ""  # with this text in an argument or the region
    times: int | None = None  # so many times; else for ever
    after: int = 0  # so many calls go well before
    seconds: float | None = None
    chance: float = 1.0
    seed: int = 1
    _random: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)

    def strikes(self, call: Call) -> bool:
        if self.action and call.action != self.action or not self.action and call.service == "sts" or not call.about(self.about):
            return False
        if self.after > 0:
            self.after -= 1
            return False
        if self.times == 0 or self._random.random() >= self.chance:
            return False
        if self.times is not None:
            self.times -= 1
        return True


class Front:
    """A server on a port of its own. Several may stand before one account, each with its own faults, pages and log."""

    def __init__(
        self, aws: Aws, paging: Paging | None = None, faults: Iterable[Fault] = (), tls: ssl.SSLContext | None = None
    ) -> None:
        self.aws, self.paging, self.faults = aws, paging or Paging(), list(faults)
        self.log: list[Call] = []
        self.struck: list[tuple[str, str]] = []
        self.held, self.release = threading.Event(), threading.Event()
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"front": self}))
        self._server.daemon_threads = True
        if tls:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        self.url = f"{'https://localhost' if tls else 'http://127.0.0.1'}:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.release.set()
        self._server.shutdown()
        self._server.server_close()

    def actions(self) -> set[str]:
        """The actions that were asked for and need a permission."""
        return {call.action for call in self.log if call.service != "sts"}

    def note(self, call: Call) -> Fault | None:
        """Notes the call; the fault that strikes it."""
        with self._lock:
            self.log.append(call)
            for fault in self.faults:
                if fault.strikes(call):
                    self.struck.append((fault.how, call.action))
                    return fault
        return None


class _Handler(BaseHTTPRequestHandler):
    front: Front
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1

    def do_POST(self) -> None:
        call = self._call(self.rfile.read(int(self.headers.get("Content-Length", 0))))
        fault = self.front.note(call)
        if fault and fault.how in ("throttle", "deny", "fail"):
            self._send(refused(call, fault.how, self.front.aws.number))
            return
        answer = self.front.aws.answer(call, self.front.paging)
        if fault and fault.how == "hold":
            if fault.seconds is None:
                self.front.held.set()
            self.front.release.wait(fault.seconds)
        try:
            self._send(answer, cut=fault is not None and fault.how == "cut")
        except OSError:
            # who was held up may be gone
            self.close_connection = True

    def handle(self) -> None:
        try:
            super().handle()
        except (ConnectionError, ssl.SSLError):
            # the client is gone, was killed, or does not trust us
            pass

    def log_message(self, *_: object) -> None:
        pass

    def _call(self, body: bytes) -> Call:
        scope = re.search(r"Credential=[^/]+/\d+/([^/]+)/([^/]+)/aws4_request", self.headers.get("Authorization", ""))
        assert scope, "a request is not signed"
        region, service = scope.groups()
        if is_query(service):
            arguments: dict[str, Any] = dict(urllib.parse.parse_qsl(body.decode(), keep_blank_values=True))
            arguments.pop("Version")
            return Call(service, arguments.pop("Action"), region, arguments)
        return Call(service, self.headers["X-Amz-Target"].split(".")[1], region, json.loads(body))

    def _send(self, answer: Answer, cut: bool = False) -> None:
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.type)
        self.send_header("Content-Length", str(len(answer.body)))
        self.send_header("x-amzn-RequestId", "6c3e0a53-5b9d-4a3c-9a0e-1d1c9a3c7f10")
        self.end_headers()
        self.wfile.write(answer.body[: len(answer.body) // 2] if cut else answer.body)
        self.wfile.flush()
        self.close_connection = self.close_connection or cut


def refused(call: Call, how: str, account: str) -> Answer:
    xml = is_query(call.service)
    if how == "throttle":
        return error(call, 400, "Throttling" if xml else "TooManyRequestsException", "Rate exceeded")
    if how == "fail":
        return error(call, 500, "ServiceFailure" if xml else "InternalErrorException", "The request failed because of an unknown error.")
    caller = f"arn:aws:iam::{account}:user/auditor"
    message = f"User: {caller} is not authorized to perform: {call.action} because no identity-based policy allows it"
    return error(call, 403 if xml else 400, "AccessDenied" if xml else "AccessDeniedException", message)

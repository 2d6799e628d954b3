"""A text-message gateway that really listens, and does what a test asks of it."""

import base64
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl

import pytest

from freeslot.config.environment import SmsGateway

ACCOUNT, TOKEN = "AC0123", "the-token"
PATH = f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json"
SENDER = "+12125550100"


@dataclass(frozen=True)
class Answer:
    """`drip` seconds pass between two bytes of the body."""

    status: int
    body: bytes = b""
    location: str = ""
    drip: float = 0.0


def refusal(code: int, *, status: int = 400) -> Answer:
    """As Twilio's API says no."""
    return Answer(status, json.dumps({"code": code, "message": "no", "status": status}).encode())


def taken(sid: str, **fields: Any) -> Answer:
    return Answer(201, json.dumps({"sid": sid, "status": "queued", "error_code": None, **fields}).encode())


class Gateway:
    """What arrived. `at_text(form)` may answer instead: "drop" hangs up after the text was taken."""

    def __init__(self) -> None:
        self.texts: list[dict[str, str]] = []
        self.paths: list[str] = []
        self.connections = 0
        self.slowness = 0.0
        self.at_text: Callable[[dict[str, str]], Answer | str | None] = lambda _form: None

    @property
    def bodies(self) -> list[str]:
        return [text["Body"] for text in self.texts]

    def take(self, form: dict[str, str]) -> Answer | str:
        answer = self.at_text(form)
        if answer is None or answer == "drop" or (isinstance(answer, Answer) and answer.status < 300):
            self.texts.append(form)
        return answer or taken(f"SM{len(self.texts):04}")


@contextmanager
def gateway_server(settings: Any, gateway: Gateway, port: int = 0) -> Iterator[ThreadingHTTPServer]:
    server = ThreadingHTTPServer(("127.0.0.1", port), _handler(gateway))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    use_gateway(settings, server.server_port)
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def use_gateway(settings: Any, port: int, *, tls: bool = False, host: str = "127.0.0.1") -> None:
    settings.SMS_GATEWAY = SmsGateway(host, port, tls, PATH, ACCOUNT, TOKEN)
    settings.SMS_FROM = SENDER


def _handler(gateway: Gateway) -> type[BaseHTTPRequestHandler]:
    proof = "Basic " + base64.b64encode(f"{ACCOUNT}:{TOKEN}".encode()).decode()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def setup(self) -> None:
            super().setup()
            gateway.connections += 1

        def do_POST(self) -> None:
            gateway.paths.append(self.path)
            body = self.rfile.read(int(self.headers["Content-Length"])).decode("ascii")
            time.sleep(gateway.slowness)
            if self.headers["Authorization"] != proof:
                self._answer(refusal(20003, status=401))
                return
            answer = gateway.take(dict(parse_qsl(body, strict_parsing=True)))
            if isinstance(answer, Answer):
                self._answer(answer)
            else:
                self.close_connection = True
                self.connection.shutdown(socket.SHUT_RDWR)

        def _answer(self, answer: Answer) -> None:
            self.send_response(answer.status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(answer.body)))
            if answer.location:
                self.send_header("Location", answer.location)
            self.end_headers()
            try:
                for byte in answer.body if answer.drip else ():
                    self.wfile.write(bytes([byte]))
                    time.sleep(answer.drip)
                self.wfile.write(b"" if answer.drip else answer.body)
            except OSError:  # the caller has had enough
                self.close_connection = True

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the library's name
            pass

    return Handler


@pytest.fixture
def gateway(settings: Any) -> Iterator[Gateway]:
    gateway = Gateway()
    with gateway_server(settings, gateway):
        yield gateway

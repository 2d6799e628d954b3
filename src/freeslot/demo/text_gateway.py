"""A small text-message gateway on this machine that speaks the Twilio API's message form, for the demo's outbox.

Source: https://www.twilio.com/docs/messaging/api/message-resource (create a Message). Nothing is sent anywhere.
"""

import json
import threading
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from freeslot.demo.mail_sink import links_in
from freeslot.demo.outbox import Received, keep, new_id

ACCOUNT = "ACfreeslotdemo"
PATH = f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json"
LARGEST_BODY = 64 * 1024


class TextGateway:
    def __init__(self, data: Path) -> None:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(data))
        self._thread = threading.Thread(target=self._server.serve_forever, name="freeslot-texts", daemon=True)
        self.address = f"http://127.0.0.1:{self._server.server_port}{PATH}"

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()


def _handler(data: Path) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = self.headers.get("Content-Length", "")
            if self.path != PATH:
                self._answer(HTTPStatus.NOT_FOUND, _error(20404, "The requested resource was not found"))
            elif not length.isdigit() or int(length) > LARGEST_BODY:
                self._answer(HTTPStatus.BAD_REQUEST, _error(21617, "The message body is too long"))
            else:
                form = parse_qs(self.rfile.read(int(length)).decode("utf-8", "replace"))
                self._answer(*accept(data, {name: values[0] for name, values in form.items()}))

        def _answer(self, status: HTTPStatus, body: dict[str, Any]) -> None:
            content = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the library's name
            """Numbers and texts belong in the outbox, not on the terminal."""

    return Handler


def accept(data: Path, form: dict[str, str]) -> tuple[HTTPStatus, dict[str, Any]]:
    """Takes one message into the outbox and answers as the API does: queued, or what is missing."""
    for name, code in (("To", 21604), ("Body", 21602), ("From", 21603)):
        if not form.get(name):
            return HTTPStatus.BAD_REQUEST, _error(code, f"A '{name}' is required")
    message_id, at = new_id()
    text = form["Body"]
    keep(data, Received(message_id, at, "sms", form["To"], "", text, "", links_in(text)))
    sid = f"SM{message_id.replace('-', '').lower()}"
    return HTTPStatus.CREATED, {
        "sid": sid, "account_sid": ACCOUNT, "status": "queued", "to": form["To"], "from": form["From"], "body": text,
        "date_created": at, "error_code": None, "error_message": None,
    }  # fmt: skip


def _error(code: int, words: str) -> dict[str, Any]:
    return {"code": code, "message": words, "status": 400 if code != 20404 else 404}

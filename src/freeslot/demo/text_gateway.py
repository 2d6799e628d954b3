"""A small text-message gateway on this machine that speaks the Twilio API's message form, for the demo's outbox.

Source: https://www.twilio.com/docs/messaging/api/message-resource (create a Message). Nothing is sent anywhere: what is
taken stands in the outbox, and is reported as sent and delivered, as a carrier would.
"""

import base64
import hmac
import json
import threading
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from freeslot.demo.mail_sink import links_in
from freeslot.demo.outbox import Received, keep, new_id
from freeslot.demo.text_reports import Reporter

ACCOUNT = "ACfreeslotdemo"
NUMBER = "+12125550100"
PATH = f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json"
LARGEST_BODY = 64 * 1024


class TextGateway:
    """`address` is what FREESLOT_SMS_URL takes; `token` guards the gateway and signs its reports."""

    def __init__(self, data: Path, *, token: str) -> None:
        self._reporter = Reporter(account=ACCOUNT, token=token)
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(data, token, self._reporter))
        self._thread = threading.Thread(target=self._server.serve_forever, name="freeslot-texts", daemon=True)
        self.address = f"http://{ACCOUNT}:{token}@127.0.0.1:{self._server.server_port}{PATH}"

    def start(self) -> None:
        self._thread.start()
        self._reporter.start()

    def stop(self) -> None:
        self._reporter.stop()
        self._server.shutdown()
        self._server.server_close()


def _handler(data: Path, token: str, reporter: Reporter) -> type[BaseHTTPRequestHandler]:
    proof = "Basic " + base64.b64encode(f"{ACCOUNT}:{token}".encode()).decode()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = self.headers.get("Content-Length", "")
            if not hmac.compare_digest(self.headers.get("Authorization", "").encode(), proof.encode()):
                self._answer(HTTPStatus.UNAUTHORIZED, _error(20003, "Authenticate", HTTPStatus.UNAUTHORIZED))
            elif self.path != PATH:
                self._answer(HTTPStatus.NOT_FOUND, _error(20404, "No such resource", HTTPStatus.NOT_FOUND))
            elif not length.isdigit() or int(length) > LARGEST_BODY:
                self._answer(HTTPStatus.BAD_REQUEST, _error(21617, "The message body is too long"))
            else:
                self._take(self.rfile.read(int(length)).decode("utf-8", "replace"))

        def _take(self, body: str) -> None:
            form = {name: values[0] for name, values in parse_qs(body).items()}
            status, answer = accept(data, form)
            self._answer(status, answer)
            if status == HTTPStatus.CREATED:
                reporter.report(form.get("StatusCallback", ""), sid=answer["sid"], to=form["To"])

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


def _error(code: int, words: str, status: HTTPStatus = HTTPStatus.BAD_REQUEST) -> dict[str, Any]:
    return {"code": code, "message": words, "status": int(status)}

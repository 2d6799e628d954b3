"""Mail servers with a fault: a certificate nobody trusts, a handshake that ends, answers that come letter by letter."""

import socket
import ssl
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

A_YEAR = timedelta(days=365)

Talk = Callable[[socket.socket], None]


class FaultyServer:
    """Listens on a free port and holds `talk` with whoever calls, one after the other."""

    def __init__(self, talk: Talk) -> None:
        self._talk = talk
        self.calls = 0

    def __enter__(self) -> "FaultyServer":
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self._is_open = True
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._is_open = False
        # A call of our own ends the wait for the next one.
        socket.create_connection(("127.0.0.1", self.port), timeout=5).close()
        self._thread.join(5)
        self._listener.close()

    def _serve(self) -> None:
        while True:
            peer, _address = self._listener.accept()
            with peer:
                if not self._is_open:
                    return
                self.calls += 1
                try:
                    self._talk(peer)
                except OSError:
                    continue  # the caller had enough


def talk_until_starttls(then: Talk) -> Talk:
    """Greets, offers STARTTLS, says yes to it, and goes on with `then`."""

    def talk(peer: socket.socket) -> None:
        peer.sendall(b"220 here\r\n")
        lines = peer.makefile("rb")
        for line in lines:
            if line.upper().startswith(b"STARTTLS"):
                peer.sendall(b"220 go ahead\r\n")
                then(peer)
                return
            peer.sendall(b"250-here\r\n250 STARTTLS\r\n")

    return talk


def talk_slowly_from(stage: bytes, *, pause: float) -> Talk:
    """Answers as a server does, but letter by letter and without an end from the command `stage` on.

    The stages are those of SMTP, with GREETING before and TEXT for what follows the text of a mail.
    """

    def talk(peer: socket.socket) -> None:
        if stage == b"GREETING":
            _dribble(peer, pause)
        peer.sendall(b"220 here\r\n")
        lines = peer.makefile("rb")
        for line in lines:
            verb = line[:4].upper()
            if verb == stage:
                _dribble(peer, pause)
            if verb == b"DATA":
                peer.sendall(b"354 go on\r\n")
                while lines.readline() not in {b".\r\n", b""}:
                    pass
                if stage == b"TEXT":
                    _dribble(peer, pause)
            peer.sendall(b"250 fine\r\n")

    return talk


def talk_and_reset_within_text(*, after_bytes: int) -> Talk:
    """Takes a part of a mail's text, then drops the connection without a word."""

    def talk(peer: socket.socket) -> None:
        peer.sendall(b"220 here\r\n")
        lines = peer.makefile("rb")
        for line in lines:
            if line[:4].upper() == b"DATA":
                peer.sendall(b"354 go on\r\n")
                lines.read(after_bytes)
                return
            peer.sendall(b"250 fine\r\n")

    return talk


def _dribble(peer: socket.socket, pause: float) -> None:
    """The first letters of an answer that has no end; the caller has to be the one who gives up."""
    for letter in b"250-" + b"x" * 10_000:
        peer.sendall(bytes([letter]))
        time.sleep(pause)


def context_nobody_trusts(folder: Path) -> ssl.SSLContext:
    """TLS with a certificate that its own server has signed."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - A_YEAR)
        .not_valid_after(now + A_YEAR)
        .sign(key, hashes.SHA256())
    )
    file = folder / "server.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file.write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context

# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Programs on this machine that get the messages of webhooks: HTTP servers, each with a free port."""

import hashlib
import hmac
import http.server
import json
import ssl
import threading
from datetime import datetime, timedelta, timezone
from typing import NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

SECRET = "Sesam-0ffne-dich-jetzt"
NETWORKS = "xerox_xpps.webhook_networks"


class Message(NamedTuple):
    path: str
    headers: dict
    body: bytes

    @property
    def content(self):
        return json.loads(self.body)

    def is_signed_with(self, secret):
        """Reckoned as a receiver does it."""
        signed = dict(part.split("=", 1) for part in self.headers["X-Xpps-Signature"].split(","))
        expected = hmac.new(secret.encode(), signed["t"].encode() + b"." + self.body, hashlib.sha256).hexdigest()
        return hmac.compare_digest(signed["v1"], expected)


class Receiver:
    """Answers each message with ``status``; ``messages`` are those that came."""

    def __init__(self, context=None):
        self.messages, self.status, self.headers = [], 204, {}
        #: Cleared, messages are received and get no answer until it is set.
        self.may_answer = threading.Event()
        self.may_answer.set()
        self.came = threading.Semaphore(0)
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.messages.append(Message(self.path, dict(self.headers), body))
                receiver.came.release()
                receiver.may_answer.wait(60)
                self.send_response(receiver.status)
                for name, value in receiver.headers.items():
                    self.send_header(name, value)
                if "Content-Length" not in receiver.headers:
                    self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *args):
                pass

        class Server(http.server.ThreadingHTTPServer):
            def handle_error(self, request, client_address):
                """Whoever does not like the certificate hangs up."""

        self._server = Server(("127.0.0.1", 0), Handler)
        if context:
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self.port = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    def url(self, host="127.0.0.1", scheme="http"):
        return f"{scheme}://{host}:{self.port}/hook"

    def close(self):
        self.may_answer.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def certificate(folder, host):
    """A certificate of a host that signs itself. :return: (its file, the context of a server that has it)"""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    now = datetime.now(timezone.utc)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    public, private = folder / f"{host}.pem", folder / f"{host}.key"
    public.write_bytes(made.public_bytes(Encoding.PEM))
    private.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(public, private)
    return public, context


class Webhooks:
    """To be mixed into a test case of Odoo's."""

    @classmethod
    def _allow(cls, networks="127.0.0.0/8", env=None):
        (env or cls.env)["ir.config_parameter"].set_param(NETWORKS, networks)

    @classmethod
    def _webhook(cls, url, env=None, **values):
        values = {"name": "Accounting", "url": url, "secret": SECRET, "user_id": False, **values}
        return (env or cls.env)["xpps.webhook"].create(values)

    def _receiver(self, context=None):
        receiver = Receiver(context)
        self.addCleanup(receiver.close)
        return receiver

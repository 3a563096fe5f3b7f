# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Servers on this machine with a folder of files, each with a free port: Debian's of SSH, Python's of HTTP, those of
wsgidav and, for the protocol of S3, of moto."""

import base64
import http.server
import logging
import os
import pwd
import shutil
import socket
import socketserver
import subprocess
import sys
import threading
import time
from contextlib import suppress
from functools import partial
from pathlib import Path

import fsspec
from cheroot import wsgi
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from wsgidav.wsgidav_app import WsgiDAVApp

TIMEOUT = 60
#: Whoever is root has the server run as nobody: sshd wants a user of its own otherwise.
SERVER_USER = "nobody" if os.getuid() == 0 else pwd.getpwuid(os.getuid()).pw_name


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def make_key(path, passphrase=None):
    """Write a private key. :return: its public key, as in a .pub file"""
    key = Ed25519PrivateKey.generate()
    secrecy = BestAvailableEncryption(passphrase.encode()) if passphrase else NoEncryption()
    path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, secrecy))
    path.chmod(0o600)
    return key.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode()


def _link(source, target):
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


class _Program:
    """A server that is a program of its own."""

    def _start(self, command, port, log, **options):
        """Start it, and wait until it answers. :raises RuntimeError: with what it said, when it does not"""
        self._log = log.open("wb")
        self._process = subprocess.Popen(command, stdout=self._log, stderr=self._log, **options)
        deadline = time.monotonic() + TIMEOUT
        while time.monotonic() < deadline and self._process.poll() is None:
            try:
                with socket.create_connection(("127.0.0.1", port), TIMEOUT):
                    return
            except OSError:
                time.sleep(0.05)
        raise RuntimeError(self.log())

    def log(self):
        return Path(self._log.name).read_text()

    def close(self):
        self._process.terminate()
        self._process.wait(TIMEOUT)
        self._log.close()


class _Thread:
    """A server of Python's own, in a thread."""

    def _start(self, server):
        self._server = server
        self._thread = threading.Thread(target=server.serve_forever, daemon=True)
        self._thread.start()

    @property
    def asked(self):
        return self._server.asked

    def close(self):
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(TIMEOUT)


class SftpServer(_Program):
    """``folder`` is the server's; a client gets in with ``options``, of which ``passphrase`` is the secret."""

    def __init__(self, directory, passphrase):
        directory = Path(directory)
        # The server's user has to come in.
        directory.chmod(0o755)
        self.folder = directory / "files"
        self.folder.mkdir()
        self.folder.chmod(0o777)
        self.port = free_port()
        self.host_key = make_key(directory / "host_key")
        client_key = make_key(directory / "client_key", passphrase)
        (directory / "authorized_keys").write_text(client_key + "\n")
        user = SERVER_USER if os.getuid() == 0 else None
        if user:
            shutil.chown(directory / "host_key", user)
        self.options = {
            "host": "127.0.0.1",
            "port": self.port,
            "username": SERVER_USER,
            "key_filename": str(directory / "client_key"),
            "passphrase": passphrase,
        }
        config = directory / "sshd_config"
        config.write_text(
            "\n".join(
                (
                    f"ListenAddress 127.0.0.1:{self.port}",
                    f"HostKey {directory}/host_key",
                    f"AuthorizedKeysFile {directory}/authorized_keys",
                    "PidFile none",
                    "StrictModes no",
                    # Otherwise sshd takes accounts whose password it cannot read for locked.
                    "UsePAM yes",
                    "PasswordAuthentication no",
                    "Subsystem sftp internal-sftp",
                    "ForceCommand internal-sftp",
                    "",
                )
            )
        )
        program, environment = self._program(directory)
        self._start(
            [program, "-D", "-e", "-r", "-f", config],
            self.port,
            directory / "log",
            env=environment,
            user=user,
            group=user and pwd.getpwnam(user).pw_gid,
            extra_groups=[] if user else None,
        )

    @staticmethod
    def _program(directory):
        """See prepare_sshd in setup/lib/debian.sh: one that is unpacked may be where only its owner comes."""
        found = shutil.which("sshd", path=f"{os.environ['PATH']}:/usr/sbin")
        tree = Path(found).resolve().parents[1]
        unpacked = tree / "usr" / "sbin" / "sshd"
        if not unpacked.exists() or tree == Path("/"):
            return found, None
        copy = directory / "sshd"
        copy.mkdir()
        _link(unpacked, copy / "sshd")
        for library in (*tree.glob("usr/lib/*-linux-gnu*/*.so*"), *tree.glob("lib/*-linux-gnu*/*.so*")):
            if not library.is_dir():
                _link(library.resolve(), copy / library.name)
        return copy / "sshd", {"LD_LIBRARY_PATH": str(copy)}


class _Doorkeeper(socketserver.BaseRequestHandler):
    def handle(self):
        self.server.asked += 1
        if self.server.asked <= self.server.turned_away:
            return
        with socket.create_connection(self.server.behind, TIMEOUT) as inside:
            back = threading.Thread(target=self._carry, args=(inside, self.request), daemon=True)
            back.start()
            self._carry(self.request, inside)
            back.join(TIMEOUT)

    @staticmethod
    def _carry(source, target):
        # Where one side has hung up, so does the other.
        with suppress(OSError):
            while data := source.recv(2**16):
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)


class Doorkeeper(_Thread):
    """Hangs up on the first ``turned_away`` callers, before anything is said, and leads others to ``port``.

    So does a server that has too many at a time (``MaxStartups`` of sshd). ``asked`` says how many came.
    """

    def __init__(self, port, turned_away):
        server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Doorkeeper)
        server.daemon_threads = True
        server.behind, server.turned_away, server.asked = ("127.0.0.1", port), turned_away, 0
        self.port = server.server_address[1]
        self._start(server)


class _Handler(http.server.SimpleHTTPRequestHandler):
    def do_GET(self):
        if self._is_let_in():
            super().do_GET()

    def do_HEAD(self):
        if self._is_let_in():
            super().do_HEAD()

    def _is_let_in(self):
        self.server.asked.append(f"{self.command} {self.path}")
        if self.path.lstrip("/") in self.server.broken:
            self.send_error(500)
            return False
        if self.headers["Authorization"] != self.server.authorization:
            self.send_error(401)
            return False
        return True

    def end_headers(self):
        if self.server.is_plain and "Last-Modified" in str(self._headers_buffer):
            self._headers_buffer = [line for line in self._headers_buffer if not line.startswith(b"Last-Modified")]
        super().end_headers()

    def log_message(self, *_args):
        """It is nobody's business."""


class WebServer(_Thread):
    """``asked`` are the requests; ``is_plain`` leaves out when files were changed; ``broken`` are names that fail."""

    def __init__(self, folder, user="clerk", password="secret"):
        self.folder = Path(folder)
        server = http.server.ThreadingHTTPServer(
            ("127.0.0.1", 0), partial(_Handler, directory=str(folder)), bind_and_activate=True
        )
        login = base64.b64encode(f"{user}:{password}".encode()).decode()
        server.authorization = f"Basic {login}"
        server.asked, server.broken, server.is_plain = [], set(), False
        self.options = {"client_kwargs": {"headers": {"Authorization": server.authorization}}}
        self.url = f"http://127.0.0.1:{server.server_port}"
        self._start(server)

    def breaks(self, *names):
        self._server.broken.update(names)

    def be_plain(self):
        self._server.is_plain = True


class DavServer:
    """WebDAV. ``folder`` is the server's; a client gets in with ``options``."""

    def __init__(self, folder, user="clerk", password="secret"):
        self.folder = Path(folder)
        settings = {
            "provider_mapping": {"/dav": str(folder)},
            "simple_dc": {"user_mapping": {"*": {user: {"password": password}}}},
            "http_authenticator": {"accept_basic": True, "accept_digest": False, "default_to_digest": False},
            "dir_browser": {"enable": False},
        }
        # It warns of what everybody should have on the Internet.
        logging.getLogger("wsgidav").setLevel(logging.ERROR)
        self._server = wsgi.Server(("127.0.0.1", 0), WsgiDAVApp(settings))
        self._server.prepare()
        port = self._server.bind_addr[1]
        self.options = {"base_url": f"http://127.0.0.1:{port}/dav", "auth": [user, password]}
        self._thread = threading.Thread(target=self._server.serve, daemon=True)
        self._thread.start()

    def close(self):
        self._server.stop()
        self._thread.join(TIMEOUT)


class S3Server(_Program):
    """moto's server, a program of its own: what it has is in memory. A client gets in with ``options``."""

    def __init__(self, directory, secret, bucket="xerox"):
        port = free_port()
        command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
        self._start(command, port, Path(directory) / "log")
        self.options = {"key": "AKIAXPPS", "secret": secret, "endpoint_url": f"http://127.0.0.1:{port}"}
        self.bucket = bucket
        self.files().mkdir(bucket)

    def files(self):
        """What another client sees. :return: a file system of fsspec"""
        return fsspec.filesystem("s3", **self.options, skip_instance_cache=True, use_listings_cache=False)

# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""SFTP with servers that prove who they are. Loaded only where it is needed: paramiko need not be installed."""

import socket
import time

import fsspec
import paramiko

from ..rules import fingerprint, same_host_key

#: Seconds for each step. One server that keeps silent does not keep others waiting for long.
PATIENCE = 30
#: Seconds after which a server that ended the conversation before it said who it is, is asked once more.
PAUSE = 1
#: How paramiko says that the other side does not go on.
BROKEN_OFF = (paramiko.SSHException, EOFError, ConnectionResetError)


class NoGreetingError(paramiko.SSHException):
    """The server did not come to say who it is: it has too many callers, or it is no server of SFTP."""


class WrongHostKeyError(paramiko.SSHException):
    """The server has another key than the one that is known."""

    def __init__(self, key):
        super().__init__("The server's host key is not the known one")
        self.fingerprint = fingerprint(key.asbytes())


class KnownHostKey(paramiko.MissingHostKeyPolicy):
    """Lets nobody in but the server with this key.

    Nothing else is asked: ``SSHClient`` knows no host by itself, neither of its user's ``known_hosts``.
    """

    def __init__(self, known):
        self._known = known
        #: Whether the server has said who it is.
        self.is_greeted = False

    def missing_host_key(self, client, hostname, key):
        self.is_greeted = True
        if not same_host_key(self._known, key.asbytes()):
            # Nobody else has it yet, to close it.
            client.close()
            raise WrongHostKeyError(key)


def _once_more(greet):
    """Servers that have too many callers at a time turn some of them away; so does a network that has a bad moment.

    :param greet: called without arguments
    :raises NoGreetingError: the second time
    """
    try:
        return greet()
    except NoGreetingError:
        time.sleep(PAUSE)
        return greet()


def open_sftp(protocol, options, known):
    """Connect.

    :param protocol: as fsspec calls it
    :param options: of the connection
    :param known: the host key, see ``rules/host_key.py``
    :return: a file system of fsspec
    """

    def greet():
        policy = KnownHostKey(known)
        try:
            return fsspec.filesystem(protocol, **_options(options, policy), skip_instance_cache=True)
        except BROKEN_OFF as error:
            if policy.is_greeted:
                raise
            raise NoGreetingError(str(error)) from error

    filesystem = _once_more(greet)
    filesystem.ftp.get_channel().settimeout(PATIENCE)
    return filesystem


def _options(options, policy):
    """The options of a connection, with what this addon says to it."""
    return {
        "timeout": PATIENCE,
        "banner_timeout": PATIENCE,
        "auth_timeout": PATIENCE,
        # The keys of whoever runs Odoo are nobody's business.
        "look_for_keys": False,
        "allow_agent": False,
        **options,
        "host_key_policy": policy,
    }


def server_key(host, port):
    """:return: the public key with which a server answers, as a line of ``known_hosts`` without the host"""

    def greet():
        with socket.create_connection((host, port), PATIENCE) as connection:
            transport = paramiko.Transport(connection)
            try:
                transport.start_client(timeout=PATIENCE)
                return transport.get_remote_server_key()
            except BROKEN_OFF as error:
                raise NoGreetingError(str(error)) from error
            finally:
                transport.close()

    key = _once_more(greet)
    return f"{key.get_name()} {key.get_base64()}"

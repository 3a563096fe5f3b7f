# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""SFTP with servers that prove who they are. Loaded only where it is needed: paramiko need not be installed."""

import socket

import paramiko

from ..rules import fingerprint, same_host_key

#: Seconds for each step. One server that keeps silent does not keep others waiting for long.
PATIENCE = 30


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

    def missing_host_key(self, client, hostname, key):
        if not same_host_key(self._known, key.asbytes()):
            # Nobody else has it yet, to close it.
            client.close()
            raise WrongHostKeyError(key)


def sftp_options(options, known):
    """The options of a connection, with what this addon says to it.

    :param known: the host key, see ``rules/host_key.py``
    """
    return {
        "timeout": PATIENCE,
        "banner_timeout": PATIENCE,
        "auth_timeout": PATIENCE,
        # The keys of whoever runs Odoo are nobody's business.
        "look_for_keys": False,
        "allow_agent": False,
        **options,
        "host_key_policy": KnownHostKey(known),
    }


def be_patient(filesystem):
    filesystem.ftp.get_channel().settimeout(PATIENCE)


def server_key(host, port):
    """:return: the public key with which a server answers, as a line of ``known_hosts`` without the host"""
    with socket.create_connection((host, port), PATIENCE) as connection:
        transport = paramiko.Transport(connection)
        try:
            transport.start_client(timeout=PATIENCE)
            key = transport.get_remote_server_key()
        finally:
            transport.close()
    return f"{key.get_name()} {key.get_base64()}"

# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Posting to an address that somebody entered, in a way that it leads nowhere else than was checked.

The name is looked up once; what was found is checked and then connected to, so that a name server that gives another
address the next moment gains nothing. Certificates are checked for the name. Redirections are not followed, proxies of
the environment are not asked, and of an answer nothing but its status is read.
"""

import ipaddress
import socket
import time
from contextlib import closing, suppress
from threading import Timer

from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, Timeout
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NewConnectionError

#: Seconds: to connect, to wait for the next byte, and altogether.
CONNECT_SECONDS = 5
READ_SECONDS = 10
TOTAL_SECONDS = 20
#: How many addresses of a host are tried.
MAX_ADDRESSES = 3


def addresses_of(target):
    """:return: the IP addresses of a host, each once, in the order in which to try them; none if it is not known"""
    try:
        found = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return []
    return [ipaddress.ip_address(text) for text in dict.fromkeys(place[4][0] for place in found)]


class _Bounded:
    """A connection that ends when its time is up, however slowly the other side goes on sending."""

    _timer = None

    def connect(self):
        self._timer = Timer(TOTAL_SECONDS, self._hang_up)
        self._timer.daemon = True
        self._timer.start()
        return super().connect()

    def _hang_up(self):
        # Whoever waits for a byte in another thread goes on, which closing would not do.
        with suppress(AttributeError, OSError):
            self.sock.shutdown(socket.SHUT_RDWR)

    def close(self):
        if self._timer:
            self._timer.cancel()
        return super().close()


class _BoundedHTTP(_Bounded, HTTPConnection):
    pass


class _BoundedHTTPS(_Bounded, HTTPSConnection):
    pass


def _pool(target, address):
    place = f"[{address}]" if address.version == 6 else str(address)
    timeout = Timeout(connect=CONNECT_SECONDS, read=READ_SECONDS)
    if target.scheme == "http":
        pool = HTTPConnectionPool(place, target.port, timeout=timeout)
        pool.ConnectionCls = _BoundedHTTP
    else:
        pool = HTTPSConnectionPool(
            place,
            target.port,
            timeout=timeout,
            cert_reqs="CERT_REQUIRED",
            # The address is connected to, and the name is whose certificate it has to be.
            server_hostname=target.host,
            assert_hostname=target.host,
        )
        pool.ConnectionCls = _BoundedHTTPS
    return pool


def post(target, addresses, body, headers):
    """Post to the first of the addresses that can be connected to.

    :param target: rules.Target
    :param addresses: those that were checked
    :param bytes body: what is posted
    :return: the status of the answer
    :raises HTTPError, OSError: when there is no answer
    """
    headers = {"Host": target.authority, **headers}
    *others, last = addresses[:MAX_ADDRESSES]
    for address in others:
        try:
            return _post(target, address, body, headers)
        except (NewConnectionError, ConnectTimeoutError):
            continue
    return _post(target, last, body, headers)


def _post(target, address, body, headers):
    begun = time.monotonic()
    with closing(_pool(target, address)) as pool:
        answer = pool.urlopen(
            "POST",
            target.path,
            body=body,
            headers=headers,
            retries=False,
            redirect=False,
            assert_same_host=False,
            preload_content=False,
        )
        answer.close()
    if time.monotonic() - begun >= TOTAL_SECONDS:
        # What had come by then looks like an answer.
        raise TimeoutError
    return answer.status


__all__ = ["HTTPError", "addresses_of", "post"]

# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Whom a webhook may tell something, how that is signed, and when it is tried again."""

import hashlib
import hmac
import ipaddress
import re
from collections.abc import Iterable
from datetime import timedelta
from typing import NamedTuple
from urllib.parse import urlsplit

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

#: How long to wait after the first try that failed, after the second, and so on. After the last one nothing is tried.
RETRY_DELAYS = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=6))
#: Of whoever knows the secret: what is shorter can be guessed from one message.
MIN_SECRET = 16
DEFAULT_PORTS = {"https": 443, "http": 80}

_URL_CHARACTERS = re.compile(r"[\x21-\x7e]+")
#: IPv6 addresses behind which a gateway puts an IPv4 address, which stands in their last four bytes.
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


class Target(NamedTuple):
    """Where an address of the web leads to."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def authority(self) -> str:
        """Host and port as the ``Host`` header has them."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"


def target_of(url: str) -> Target | None:
    """What an address says; None if it is none of the web, or has a user or a password in it.

    >>> target_of("https://example.com:8443/hook?a=1#top")
    Target(scheme='https', host='example.com', port=8443, path='/hook?a=1')
    >>> target_of("http://[::1]").authority
    '[::1]'
    >>> target_of("https://me:secret@example.com/"), target_of("ftp://example.com"), target_of("https://exa mple.com")
    (None, None, None)
    """
    if not _URL_CHARACTERS.fullmatch(url):
        return None
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in DEFAULT_PORTS or not parts.hostname or "@" in parts.netloc or port == 0:
        return None
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(parts.scheme, parts.hostname, port or DEFAULT_PORTS[parts.scheme], path)


def networks_of(text: str) -> tuple[Network, ...]:
    """Networks and single addresses, between commas or white space; what is none of them is left out.

    >>> networks_of("127.0.0.1, 10.1.0.0/16 intranet")
    (IPv4Network('127.0.0.1/32'), IPv4Network('10.1.0.0/16'))
    """
    found = []
    for word in re.split(r"[\s,]+", text):
        try:
            found.append(ipaddress.ip_network(word, strict=False))
        except ValueError:
            continue
    return tuple(found)


def is_public(address: Address) -> bool:
    """Whether an address is one of the internet: none of this machine, of its network, or behind a gateway to these.

    >>> [is_public(ipaddress.ip_address(text)) for text in ("93.184.216.34", "10.0.0.1", "::ffff:127.0.0.1")]
    [True, False, False]
    """
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo or (None, None))[1]
        if address in _NAT64:
            inner = ipaddress.IPv4Address(address.packed[-4:])
        if inner is not None:
            return is_public(inner)
        if address.is_site_local:
            return False
    return address.is_global and not address.is_multicast and not address.is_reserved


def unreachable(target: Target, addresses: Iterable[Address], allowed: tuple[Network, ...]) -> Address | None:
    """The first of the addresses of a host at which it may not be told anything.

    What is not encrypted goes to networks that are allowed, and nowhere else.
    """
    for address in addresses:
        if any(address in network for network in allowed):
            continue
        if target.scheme != "https" or not is_public(address):
            return address
    return None


def signature_of(secret: str, timestamp: int, body: bytes) -> str:
    """The header by which a receiver knows that a message is ours, whole, and of now.

    >>> signature_of("It is a secret.", 1767225600, b"{}")
    't=1767225600,v1=9f09cc06c859c2cb84c18c71866bad67af6f13a5a072a331ba44489420948454'
    """
    digest = hmac.new(secret.encode(), b"%d." % timestamp + body, hashlib.sha256).hexdigest()
    return f"t={timestamp},v1={digest}"


def retry_delay(tries: int) -> timedelta | None:
    """How long to wait after so many tries that failed; None when it is to be given up.

    >>> retry_delay(1), retry_delay(5)
    (datetime.timedelta(seconds=60), None)
    """
    return RETRY_DELAYS[tries - 1] if tries <= len(RETRY_DELAYS) else None

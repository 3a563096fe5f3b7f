# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What of a connection must not stand in a message or a log."""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, quote_plus

#: Options of a connection that are no secrets.
OPEN_OPTIONS = {
    "anon",
    "base_url",
    "encoding",
    "endpoint_url",
    "host",
    "hostname",
    "key_filename",
    "port",
    "protocol",
    "region_name",
    "user",
    "username",
}
#: Shorter ones would be found in every other word.
SHORTEST = 3
MASK = "***"

_USER_INFO = re.compile(r"(?<=://)[^/\s@]*@")
_QUERY = re.compile(r"(?<=://)([^\s?]*)\?[^\s'\"<>]*")


def _leaves(options: Any, name: str = "") -> Iterator[str]:
    if isinstance(options, dict):
        for key, value in options.items():
            yield from _leaves(value, str(key))
    elif isinstance(options, (list, tuple)):
        for value in options:
            yield from _leaves(value, name)
    elif isinstance(options, str) and name not in OPEN_OPTIONS:
        yield options
        # "Bearer …", "Basic …"
        yield options.rpartition(" ")[2]


def secrets_of(options: Any) -> set[str]:
    """Everything in the options of a connection that may be a secret, also as it stands in an address.

    >>> sorted(secrets_of({"host": "a.example", "password": "p&ss", "client_kwargs": {"headers": {"A": "Basic abc="}}}))
    ['Basic abc=', 'Basic%20abc%3D', 'Basic+abc%3D', 'abc%3D', 'abc=', 'p%26ss', 'p&ss']
    """
    return {
        form
        for leaf in _leaves(options)
        if len(leaf) >= SHORTEST
        for form in (leaf, quote(leaf, safe=""), quote_plus(leaf))
    }


def hidden(text: str, secrets: set[str]) -> str:
    """A text without secrets, and without what addresses have of them.

    >>> hidden("no login for me:p&ss at sftp://me:p&ss@a.example/x?token=1", {"p&ss"})
    'no login for me:*** at sftp://a.example/x'
    """
    for secret in sorted(secrets, key=len, reverse=True):
        text = text.replace(secret, MASK)
    return _QUERY.sub(r"\1", _USER_INFO.sub("", text))

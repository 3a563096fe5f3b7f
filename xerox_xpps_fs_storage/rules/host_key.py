# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""How an SFTP server proves that it is the one that is meant: by its public key, or by what ``ssh-keygen -l`` says."""

import base64
import binascii
import hashlib
import hmac

PREFIX = "SHA256:"


def fingerprint(blob: bytes) -> str:
    """What OpenSSH shows of a public key.

    >>> fingerprint(b"a key")
    'SHA256:j6Oqsvqpt54KA5jaW1q9B4AUJEKlvoC5pkYI1xjLH80'
    """
    return PREFIX + base64.b64encode(hashlib.sha256(blob).digest()).decode().rstrip("=")


def fingerprint_of(known: str) -> str:
    """:return: the fingerprint that a key line or a fingerprint stands for, "" if it is neither"""
    words = known.split()
    if len(words) == 1 and words[0].startswith(PREFIX):
        try:
            digest = base64.b64decode(words[0][len(PREFIX) :] + "=", validate=True)
        except binascii.Error:
            return ""
        return words[0] if len(digest) == 32 else ""
    # "type key", as in a .pub file, or "host type key", as in known_hosts; a comment may follow.
    for kind, key in zip(words, words[1:3], strict=False):
        try:
            blob = base64.b64decode(key, validate=True)
        except binascii.Error:
            continue
        if blob[4:].startswith(kind.encode()) and len(blob) > len(kind) + 4:
            return fingerprint(blob)
    return ""


def is_host_key(known: str) -> bool:
    """Whether it is a public key or the SHA-256 fingerprint of one.

    >>> is_host_key("SHA256:j6Oqsvqpt54KA5jaW1q9B4AUJEKlvoC5pkYI1xjLH80")
    True
    >>> is_host_key("SHA256:9oLz"), is_host_key("my server"), is_host_key("ssh-rsa AAAA")
    (False, False, False)
    """
    return bool(fingerprint_of(known))


def same_host_key(known: str, blob: bytes) -> bool:
    """Whether the key of a server is the known one.

    >>> same_host_key("SHA256:j6Oqsvqpt54KA5jaW1q9B4AUJEKlvoC5pkYI1xjLH80", b"a key")
    True
    >>> same_host_key("SHA256:j6Oqsvqpt54KA5jaW1q9B4AUJEKlvoC5pkYI1xjLH80", b"another"), same_host_key("", b"a key")
    (False, False)
    """
    expected = fingerprint_of(known)
    return bool(expected) and hmac.compare_digest(expected, fingerprint(blob))

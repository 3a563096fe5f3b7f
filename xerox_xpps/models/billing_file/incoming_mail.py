# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What the headers of an incoming mail tell of its origin. Messages are ``email.message.EmailMessage``."""

import re
from collections import defaultdict
from email.parser import BytesHeaderParser
from email.policy import SMTP
from typing import NamedTuple
from xmlrpc.client import Binary

from odoo.tools.mail import decode_message_header, email_normalize_all

#: Bytes of all that a mail brings.
MAX_MAIL_SIZE = 64 * 2**20
#: That much in base64, whose lines have 76 characters and an end, and room for the text beside it.
MAX_RAW_SIZE = MAX_MAIL_SIZE * 4 // 3 * 78 // 76 + 2**20
#: Lines, of which Python reads a million a second.
MAX_LINES = 1_500_000
#: Bytes of a head that are looked at.
MAX_HEAD = 256 * 1024

_PRECEDENCES = {"bulk", "junk", "auto_reply"}
_FAILED = {"fail", "softfail", "permerror"}

# The results of RFC 8601: "method=result", with an optional version of the method, then properties that do not matter.
_RESULT = re.compile(r"\s*([a-z0-9-]+)\s*(?:/\s*[0-9]+\s*)?=\s*([a-z]+)", re.IGNORECASE)


def is_automatic(message):
    """Whether a machine wrote the mail by itself: an answer of one who is out of office, a bounce, a mass mailing.

    Whoever answers such a mail answers nobody, or for ever.
    """
    submitted = decode_message_header(message, "Auto-Submitted").partition(";")[0].strip().lower()
    return (
        submitted not in ("", "no")
        or "X-Auto-Response-Suppress" in message
        or decode_message_header(message, "Precedence").strip().lower() in _PRECEDENCES
        or any(path.strip() == "<>" for path in message.get_all("Return-Path", ()))
        or message.get_content_type() == "multipart/report"
    )


def is_forged(message):
    """Whether the mail servers on its way found that the mail does not come from whom it says.

    It is so when DMARC failed. It is so, too, when SPF or DKIM failed and none of them, nor DMARC, passed: the one
    fails for every mail that is forwarded, the other for every mail that a list changes. Whoever sends a mail can write
    results into it, too: so only those count as passed that have the name of the server which wrote the first of them,
    the one that took the mail in. A mail without results is not forged.
    """
    found = [_results(str(header)) for header in message.get_all("Authentication-Results", ())]
    if not found:
        return False
    if any("fail" in results.methods["dmarc"] for results in found):
        return True
    ours = [results.methods for results in found if results.server == found[0].server]
    if any("pass" in methods[name] for methods in ours for name in ("dmarc", "spf", "dkim")):
        return False
    return any(_FAILED & results.methods[name] for results in found for name in ("spf", "dkim"))


class _Results(NamedTuple):
    server: str
    methods: dict[str, set[str]]


def _results(header):
    """:return: _Results of one header: the server that wrote it, and for each method, such as "spf", what it gave"""
    server, *parts = _without_comments(header).split(";")
    methods = defaultdict(set)
    for part in parts:
        match = _RESULT.match(part)
        if match:
            methods[match[1].lower()].add(match[2].lower())
    return _Results("".join(server.split()[:1]).lower(), methods)


def _without_comments(header):
    """The header without its comments, which may be nested, and without what is quoted; as it is when these do not end.

    Senders have a say in what stands in a comment: no semicolon in it may begin a result.
    """
    depth, is_quoted, is_escaped, kept = 0, False, False, []
    for character in header:
        if is_escaped:
            is_escaped = False
        elif character == "\\" and (depth or is_quoted):
            is_escaped = True
        elif is_quoted:
            is_quoted = character != '"'
        elif character == "(":
            depth += 1
        elif depth:
            depth -= character == ")"
        elif character == '"':
            is_quoted = True
        else:
            kept.append(character)
    return header if depth or is_quoted else "".join(kept)


def as_bytes(message):
    """A mail as Odoo's gateway is given it, in bytes."""
    if isinstance(message, Binary):
        return bytes(message.data)
    return message.encode() if isinstance(message, str) else message


def is_too_long(content):
    """Whether a mail, in bytes, is too long to be read."""
    return len(content) > MAX_RAW_SIZE or content.count(b"\n") > MAX_LINES


def head_of(content):
    """The headers of a mail, in bytes, without what comes after them."""
    head = content[:MAX_HEAD]
    ends = [end for mark in (b"\r\n\r\n", b"\n\n") if (end := head.find(mark)) >= 0]
    headers = BytesHeaderParser(policy=SMTP).parsebytes(head[: min(ends, default=MAX_HEAD)])
    # There is no part that would be as these say.
    for name in ("Content-Type", "Content-Transfer-Encoding", "Content-Disposition"):
        del headers[name]
    return headers.as_bytes()


def recipients(content):
    """The normalized addresses that a mail, in bytes, is sent to."""
    headers = BytesHeaderParser(policy=SMTP).parsebytes(head_of(content))
    names = ("To", "Cc", "Delivered-To", "X-Original-To", "Resent-To", "Resent-Cc")
    return {address for name in names for address in email_normalize_all(decode_message_header(headers, name, ", "))}


def mail_size(message):
    """Bytes of all that the mail brings, at least: nothing is decoded to count them."""
    size = 0
    for part in message.walk():
        if not part.is_multipart():
            length = len(part.get_payload() or "")
            is_base64 = decode_message_header(part, "Content-Transfer-Encoding").strip().lower() == "base64"
            size += length * 3 // 4 if is_base64 else length
    return size

# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What the headers of an incoming mail tell of its origin. Messages are ``email.message.EmailMessage``."""

import re
from collections import defaultdict
from typing import NamedTuple
from xmlrpc.client import Binary

from odoo.tools.mail import decode_message_header, email_normalize_all

from .mail_attachments import EMPTY_LINE, MAX_HEAD, MAX_TEXT, header_lines

_PRECEDENCES = {"bulk", "junk", "auto_reply"}
_FAILED = {"fail", "softfail", "permerror"}

# The results of RFC 8601: "method=result", with an optional version of the method, then properties that do not matter.
_RESULT = re.compile(r"\s*([a-z0-9-]+)\s*(?:/\s*[0-9]+\s*)?=\s*([a-z]+)", re.IGNORECASE)

#: Bytes of a header that an answer goes by.
MAX_ANSWERED = 16 * 1024


# Where Odoo looks for the addresses that a mail is sent to.
_RECIPIENTS = header_lines(b"to", b"cc", b"delivered-to", b"x-original-to", b"resent-to", b"resent-cc")
_ANSWERED = header_lines(
    *(b"from", b"subject", b"message-id", b"date", b"references", b"in-reply-to", b"return-path", b"precedence"),
    *(b"authentication-results", b"auto-submitted", b"x-auto-response-suppress"),
)


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


def short_head(content, addresses):
    """The headers of a mail, in bytes, that its answer goes by: as much as one may need, sent to these addresses."""
    lines = defaultdict(bytes)
    for match in _ANSWERED.finditer(_head(content)):
        name = match[1].lower()
        # What is longer is no address, and no name of a message.
        if len(lines[name]) <= MAX_ANSWERED:
            lines[name] += match[0].rstrip(b"\r\n") + b"\r\n"
    kept = [line for line in lines.values() if len(line) <= MAX_ANSWERED]
    return b"".join([*kept, b"To: ", ", ".join(sorted(addresses)).encode(), b"\r\n\r\n"])


def sent_to(content, addresses):
    """:return: the recipients of a mail, in bytes, that are among normalized addresses, or names without the @"""
    values = b",".join(match[0].partition(b":")[2] for match in _RECIPIENTS.finditer(_head(content)))
    if len(values) > MAX_HEAD:
        # As many recipients as nobody has are not read one by one.
        text = values.lower()
        return {address for address in addresses if "@" in address and address.encode() in text}
    # Names may be encoded, addresses are not: Python's parser of both takes seconds for some thousands.
    recipients = email_normalize_all(values.decode("ascii", "replace"))
    return {address for address in recipients if not addresses.isdisjoint((address, address.partition("@")[0]))}


def _head(content):
    """The headers of a mail, in bytes; of more than any mail has, the beginning."""
    end = EMPTY_LINE.search(content, 0, MAX_TEXT)
    return content[: end.start() if end else MAX_TEXT]

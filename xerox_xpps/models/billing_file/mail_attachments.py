# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What is attached to a mail, taken out of it before the mail is parsed.

Python's parser takes a mail line by line, and Odoo parses it before it asks who may send what where: 60 MiB cost eight
seconds and 800 MB so. Here only the lines between the parts are looked for, and what is attached is decoded in one go.
The parser gets what is left, with a mark in place of each attachment.
"""

import binascii
import email
import re
import secrets
from email.message import EmailMessage
from email.parser import BytesHeaderParser
from email.policy import SMTP
from typing import NamedTuple

#: Bytes of all that is attached to a mail.
MAX_ATTACHED = 64 * 2**20
#: Bytes, lines and parts of a mail without what is attached.
MAX_TEXT = 2 * 2**20
MAX_LINES = 100_000
MAX_PARTS = 1_000
#: Levels of parts in parts: each is looked through once more.
MAX_DEPTH = 10
#: Bytes of the headers of a part, or of the mail itself. Python's parser takes two seconds for as many addresses.
MAX_HEAD = 64 * 1024

EMPTY_LINE = re.compile(rb"\n\r?\n")

_NOT_ENCODED = {"", "7bit", "8bit", "binary"}


def header_lines(*names):
    """:return: the pattern of headers with these names, in bytes, each with the lines that go on with it"""
    return re.compile(rb"^(%s)[ \t]*:[^\n]*\n?(?:[ \t][^\n]*\n?)*" % b"|".join(names), re.IGNORECASE | re.MULTILINE)


_CONTENT_HEADERS = header_lines(b"content-type", b"content-disposition", b"content-transfer-encoding")


class MailTooLargeError(Exception):
    """More is attached to the mail, or stands in it, than a mail may bring."""


class SplitMail(NamedTuple):
    #: The mail with marks.
    content: bytes
    #: {mark: (file name or None, bytes)}
    files: dict[bytes, tuple[str | None, bytes]]
    #: The mails that are attached as such, as they came.
    mails: tuple[bytes, ...]
    #: The mail as it came.
    original: bytes


class _Part(NamedTuple):
    """Where a part of a mail begins, its body begins, and it ends."""

    start: int
    body: int
    end: int
    headers: EmailMessage

    def header(self, name):
        return str(self.headers.get(name, "")).strip().lower()

    @property
    def encoding(self):
        return self.header("Content-Transfer-Encoding")

    @property
    def is_mail(self):
        return self.headers.get_content_type() == "message/rfc822"

    @property
    def is_file(self):
        """Whether Odoo makes an attachment of it."""
        maintype = self.headers.get_content_maintype()
        return (
            maintype not in ("multipart", "message")
            and self.body < self.end
            and self.encoding in ("base64", "quoted-printable", *_NOT_ENCODED)
            and (maintype != "text" or bool(self.headers.get_filename()) or self._is_called_attachment)
        )

    @property
    def _is_called_attachment(self):
        return self.header("Content-Disposition").startswith("attachment")


def split_mail(content):
    """Take out of a mail what is attached to it.

    A mail that is not built as RFC 2046 has it is left as it is, as long as it is not large.

    :param bytes content: the mail
    :return: SplitMail
    :raises MailTooLargeError: before anything is decoded
    """
    parts = _checked_parts(content)
    marks = [None if part.is_mail else secrets.token_hex(16).encode() for part in parts]
    pieces, position = [], 0
    for part, mark in zip(parts, marks, strict=True):
        if mark:
            pieces += content[position : part.start], _stand_in(content[part.start : part.body], part, mark)
            position = part.end
    text = b"".join([*pieces, content[position:]])
    if _is_too_long(text):
        raise MailTooLargeError
    if _found_marks(text, set(marks)) != marks:
        if _is_too_long(content):
            raise MailTooLargeError
        return SplitMail(content, {}, (), content)
    return SplitMail(
        text,
        {
            mark: (part.headers.get_filename(), _decoded(content, part))
            for part, mark in zip(parts, marks, strict=True)
            if mark
        },
        tuple(content[part.body : part.end] for part in parts if part.is_mail),
        content,
    )


def _is_too_long(text):
    return len(text) > MAX_TEXT or max(text.count(b"\n"), text.count(b"\r")) > MAX_LINES


def _checked_parts(content):
    """:return: the parts that are attached, files and mails; the sizes of all are checked"""
    parts, heads = [], 0
    for count, part in enumerate(_parts(content, 0, len(content)), start=1):
        heads += part.body - part.start
        if count > MAX_PARTS or heads > MAX_TEXT:
            raise MailTooLargeError
        if part.is_mail or part.is_file:
            parts.append(part)
    files = [part for part in parts if not part.is_mail]
    if (
        sum(_decoded_size(content, part) for part in files) > MAX_ATTACHED
        or len(content) - sum(part.end - part.body for part in files) > MAX_TEXT
    ):
        raise MailTooLargeError
    return parts


def _parts(content, start, end, depth=0):
    """All parts between two places, the ones that hold others before these."""
    body = _body_start(content, start, end)
    part = _Part(start, body, end, BytesHeaderParser(policy=SMTP).parsebytes(content[start:body]))
    yield part
    if depth > MAX_DEPTH:
        raise MailTooLargeError
    if part.is_mail and part.encoding in _NOT_ENCODED:
        yield from _parts(content, body, end, depth + 1)
    elif part.headers.get_content_maintype() == "multipart":
        boundary = part.headers.get_boundary()
        for inner_start, inner_end in _between(content, body, end, boundary) if boundary else ():
            yield from _parts(content, inner_start, inner_end, depth + 1)


def _body_start(content, start, end):
    """:return: the place after the empty line that ends the headers; the end, if there are only headers"""
    for empty in (b"\n", b"\r\n"):
        if content.startswith(empty, start, end):
            return start + len(empty)
    limit = min(end, start + MAX_HEAD)
    found = EMPTY_LINE.search(content, start, limit)
    if not found and limit < end:
        raise MailTooLargeError
    return found.end() if found else end


def _between(content, start, end, boundary):
    """:return: the (start, end) of each part that the lines of a boundary divide"""
    line = re.compile(rb"\n--%s(--)?[ \t]*\r?(?=\n|\Z)" % re.escape(boundary.encode("ascii", "surrogateescape")))
    begun = None
    for match in line.finditer(content, max(start - 1, 0), end):
        if begun is not None:
            # The end of line before a boundary belongs to it.
            yield begun, max(begun, match.start() - content.endswith(b"\r", begun, match.start()))
        if match[1]:
            return
        begun = min(match.end() + 1, end)
    if begun is not None:
        yield begun, end


def _stand_in(head, part, mark):
    """:return: a part with the mark as its body, of which Odoo makes an attachment as of the part itself"""
    # Odoo takes a picture in the text for one by its name and its Content-ID.
    name = b'; filename="%s"' % mark if part.headers.get_filename() else b""
    headers = (
        _CONTENT_HEADERS.sub(b"", head).strip(b"\r\n"),
        b"Content-Type: application/octet-stream",
        b"Content-Disposition: attachment%s" % name,
    )
    return b"\r\n".join([*filter(None, headers), b"", mark])


def _found_marks(text, marks):
    """:return: the marks that Python's parser finds, each as the body of one part, and None for each mail, in order"""
    found = []
    for part in email.message_from_bytes(text, policy=SMTP).walk():
        if part.get_content_type() == "message/rfc822":
            found.append(None)
        elif not part.is_multipart():
            payload = part.get_payload(decode=True)
            if payload in marks:
                found.append(payload)
    return found


def _decoded_size(content, part):
    """:return: bytes that a file has, at most; nothing is decoded to tell them"""
    size = part.end - part.body
    if part.encoding == "base64":
        size -= content.count(b"\n", part.body, part.end) + content.count(b"\r", part.body, part.end)
        return (size - content.count(b"=", max(part.body, part.end - 4), part.end)) * 3 // 4
    if part.encoding == "quoted-printable":
        return size - 2 * content.count(b"=", part.body, part.end)
    return size


def _decoded(content, part):
    body = memoryview(content)[part.body : part.end]
    if part.encoding == "quoted-printable":
        return binascii.a2b_qp(body)
    if part.encoding in _NOT_ENCODED:
        return bytes(body)
    for ending in (b"", b"=="):
        try:
            return binascii.a2b_base64(bytes(body) + ending if ending else body)
        except binascii.Error:
            continue
    return bytes(body)

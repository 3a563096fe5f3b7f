# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The mail server that invoices are sent by, and whether each invoice went out once."""

import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email import message_from_bytes
from email.policy import default
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from .places import Journal

Received = dict[str, dict[str, list[float]]]


@dataclass
class Mailbox:
    """Takes every mail, and forwards none.

    ``received`` is {Message-Id: {recipients: [when it was accepted, of the monotonic clock]}}: a message goes to each
    of those whom it is for by a mail of his own.
    """

    journal: Journal
    port: int
    received: Received = field(default_factory=lambda: defaultdict(lambda: defaultdict(list)))

    def start(self) -> None:
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port)
        self._controller.start()

    def stop(self) -> None:
        self._controller.stop()

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        message_id = str(message_from_bytes(envelope.content or b"", policy=default)["Message-Id"]).strip()
        self.received[message_id][", ".join(envelope.rcpt_tos)].append(time.monotonic())
        self.journal.write(mail=message_id, to=envelope.rcpt_tos)
        return "250 OK"


def mail_faults(cr: Any, company: int, received: Received, explains: Callable[[float, float], bool]) -> Iterator[str]:
    """Each invoice that is said to be sent has left, once.

    Mails that are in Odoo's queue, and those that are said to have failed, are nobody's loss: they can be sent.

    :param received: see Mailbox
    :param explains: whether a fault explains that a mail was handed over at one time and again at another
    """
    cr.execute(
        "SELECT i.id, m.message_id, n.notification_status,"
        "  EXISTS (SELECT FROM mail_mail q WHERE q.mail_message_id = m.id AND q.state IN ('outgoing', 'exception'))"
        " FROM account_move i JOIN mail_message m ON m.model = 'account.move' AND m.res_id = i.id"
        " JOIN mail_notification n ON n.mail_message_id = m.id AND n.notification_type = 'email'"
        " WHERE i.company_id = %s AND m.message_type = 'comment' ORDER BY i.id, m.id",
        [company],
    )
    sent: dict[int, set[str]] = defaultdict(set)
    for invoice, message_id, status, waits in cr.fetchall():
        mails = received.get(message_id, {})
        if status == "sent":
            sent[invoice].add(message_id)
            if not mails:
                yield f"Invoice {invoice} is said to be sent, but {message_id} has not left."
        elif status in ("ready", "process", "pending") and not waits and not mails:
            yield f"The mail {message_id} of invoice {invoice} is {status}, but in no queue."
        for recipients, times in mails.items():
            if any(not explains(first, again) for first, again in zip(times, times[1:], strict=False)):
                yield f"The mail {message_id} of invoice {invoice} left twice to {recipients}; no fault explains it."
    for invoice, messages in sent.items():
        if len(messages) > 1:
            yield f"Invoice {invoice} was sent by {len(messages)} mails."
    cr.execute(
        "SELECT id FROM account_move WHERE company_id = %s AND is_move_sent AND xpps_sent_message_id IS NULL", [company]
    )
    for (invoice,) in cr.fetchall():
        yield f"Invoice {invoice} is said to be sent, but no message says how."

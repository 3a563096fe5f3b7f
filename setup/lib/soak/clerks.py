# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What clerks do all day, at random and all at once; each sees only what Odoo shows him."""

import base64
import hashlib
import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from .faults import FaultLog
from .files import Month, build_file
from .places import Journal, Places
from .rpc import BrokenError, Client, NoAnswerError, RefusedError
from .server import WORKERS

#: After so many seconds the next month begins, whatever is left of this one.
MONTH_SECONDS = 150
#: Or when so many of its devices are in a file.
MONTH_SHARE = 0.85
#: Words that no user should have to read.
UNREADABLE = ("Traceback", "psycopg2", "could not serialize", "SELECT ", "deadlock detected")


class NothingToDo(Exception):
    """There is no record that this could be done with."""


@dataclass
class Office:
    """What the clerks have in common, and what was confirmed to them."""

    places: Places
    journal: Journal
    faults: FaultLog
    world: dict[str, Any]
    seed: int
    serials: list[str] = field(default_factory=list)
    counts: Counter[tuple[str, str]] = field(default_factory=Counter)  # (kind, outcome)
    unexpected: list[str] = field(default_factory=list)
    uploaded: dict[str, str] = field(default_factory=dict)  # checksum of a confirmed upload -> file name
    made_runs: set[int] = field(default_factory=set)
    posted_moves: set[int] = field(default_factory=set)
    in_file: dict[int, set[str]] = field(default_factory=dict)  # month -> serial numbers
    month: int = 1  # the first one is imported already
    month_began: float = field(default_factory=time.monotonic)
    over: threading.Event = field(default_factory=threading.Event)
    lock: threading.Lock = field(default_factory=threading.Lock)
    # Whoever prints waits for another worker, which wkhtmltopdf asks for styles: all of them would wait for each other.
    printing: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(WORKERS - 1))

    def now_billed(self) -> Month:
        """The month that is billed at the moment."""
        with self.lock:
            done = len(self.in_file.get(self.month, ())) >= MONTH_SHARE * len(self.serials)
            if (done and time.monotonic() - self.month_began > MONTH_SECONDS / 3) or (
                time.monotonic() - self.month_began > MONTH_SECONDS
            ):
                self.month += 1
                self.month_began = time.monotonic()
            return Month(self.month)


class Clerk:
    """One clerk, whose choices follow from the seed and the name."""

    def __init__(self, office: Office, client: Client, manages: bool = False) -> None:
        self.office, self.client, self.manages = office, client, manages
        self.random = random.Random(f"{office.seed} {client.login}")
        self._number = 0
        kinds = {kind: weight for kind, weight in WEIGHTS.items() if manages or kind not in MANAGERS}
        self._kinds, self._weights = list(kinds), list(kinds.values())

    def work(self) -> None:
        """Until the office closes."""
        while not self.office.over.is_set():
            self.act(self.random.choices(self._kinds, self._weights)[0])
            time.sleep(self.random.uniform(0.02, 0.3))

    def act(self, kind: str) -> None:
        began = time.monotonic()
        text = ""
        try:
            text = str(getattr(self, f"do_{kind}")() or "")
            outcome = "done"
        except NothingToDo:
            return
        except RefusedError as error:
            text = str(error)
            unreadable = any(word in text for word in UNREADABLE)
            outcome = "error" if unreadable else "refused"
        except NoAnswerError as error:
            text = str(error)
            outcome = "no answer" if self.office.faults.covers(began) else "error"
        except BrokenError as error:
            text = f"{error}\n{error.trace}"
            outcome = "failed" if self.office.faults.explains(text, began) else "error"
        self.office.counts[kind, outcome] += 1
        if outcome == "error":
            self.office.unexpected.append(f"{self.client.login}, {kind}: {text}")
        self.office.journal.write(
            clerk=self.client.login,
            kind=kind,
            outcome=outcome,
            seconds=round(time.monotonic() - began, 2),
            text=text if outcome == "error" else text[:500],
        )
        if outcome in ("no answer", "failed"):
            time.sleep(0.5)

    # Looking for something to do

    def _one_of(self, model: str, domain: list[Any], fields: tuple[str, ...] = (), limit: int = 40) -> Any:
        found = self.client.find(model, domain, ["id", *fields], limit)
        if not found:
            raise NothingToDo
        return self.random.choice(found)

    def _some_of(self, model: str, domain: list[Any], most: int) -> list[int]:
        found = [row["id"] for row in self.client.find(model, domain, ["id"], 4 * most)]
        if not found:
            raise NothingToDo
        return self.random.sample(found, self.random.randint(1, min(most, len(found))))

    def _file(self, *domain: Any) -> int:
        return self._one_of("xpps.billing.file", list(domain))["id"]

    def _run(self, *domain: Any) -> int:
        return self._one_of("xpps.billing.run", list(domain))["id"]

    # Files

    def _new_file(self) -> tuple[str, bytes]:
        office, choice = self.office, self.random
        month = office.now_billed()
        if month.number and choice.random() < 0.15:
            month = Month(month.number - 1)
        with office.lock:
            billed = office.in_file.setdefault(month.number, set())
            free = [name for name in office.serials if name not in billed]
            again = not free or choice.random() < 0.2
            serials = choice.sample(
                office.serials if again else free, min(choice.choice((1, 5, 20, 40, 60)), len(free) or 9)
            )
            billed.update(serials)
        if choice.random() < 0.15:
            serials.append(f"SKX{choice.randrange(10**6):06d}")
        self._number += 1
        number = f"{self.client.login.upper()}-{self._number}"
        return number, build_file(number, month, list(dict.fromkeys(serials)), choice, choice.random() < 0.1)

    def do_upload(self) -> str:
        """As in the import dialog: upload, look at what was found, and import it or not."""
        number, data = self._new_file()
        name = f"{number}.xml"
        (self.office.places.files / name).write_bytes(data)
        values = {
            "file_name": name,
            "file_data": base64.b64encode(data).decode(),
            "company_id": self.office.world["company"],
            "kind": "correction" if self.random.random() < 0.2 else "regular",
        }
        wizard = self.client.create("xpps.import.wizard", values)
        self.client.call("xpps.import.wizard", "action_check", [wizard])
        (found,) = self.client.call("xpps.import.wizard", "read", [wizard], fields=["billing_file_id"])
        self.office.uploaded[hashlib.sha256(data).hexdigest()] = name
        if self.random.random() < 0.6:
            self.client.call("xpps.import.wizard", "action_import", [wizard])
        return f"{name} is file {found['billing_file_id']}"

    def do_check(self) -> None:
        self.client.call("xpps.billing.file", "action_check", [self._file(("state", "=", "draft"))])

    def do_import(self) -> str:
        file = self._file(("state", "=", "draft"))
        self.client.call("xpps.billing.file", "action_import", [file])
        return f"file {file}"

    def do_fix(self) -> str:
        """Create a device that a file names and nobody knows, or leave a record out; then try again."""
        line = self._one_of(
            "xpps.billing.file.line",
            [("state", "=", "held"), ("billing_file_id.state", "=", "imported")],
            ("serial", "device_id", "billing_file_id"),
        )
        file = line["billing_file_id"][0]
        if line["device_id"] or self.random.random() < 0.4:
            self.client.call("xpps.billing.file.line", "action_leave_out", [line["id"]])
            return f"left out of file {file}"
        agreement = self._one_of(
            "sale.subscription", [("is_xpps", "=", True)], ("partner_id", "sale_subscription_line_ids"), 100
        )
        self.client.create(
            "stock.lot",
            {
                "name": line["serial"],
                "product_id": self.office.world["printer"],
                "company_id": self.office.world["company"],
                "is_xpps_device": True,
                "xpps_partner_id": agreement["partner_id"][0],
                "xpps_subscription_id": agreement["id"],
                "xpps_subscription_line_id": agreement["sale_subscription_line_ids"][0],
                "xpps_install_date": str(Month(0).start),
            },
        )
        self.client.call("xpps.billing.file", "action_import", [file])
        return f"created a device for file {file}"

    def do_undo_import(self) -> str:
        file = self._file(("state", "in", ("imported", "queued")))
        self.client.call("xpps.billing.file", "action_cancel", [file])
        return f"file {file}"

    def do_take_up(self) -> str:
        file = self._file(("state", "=", "cancelled"))
        self.client.call("xpps.billing.file", "action_draft", [file])
        return f"file {file}"

    # Charges

    def do_approve(self) -> str:
        charges = self._some_of("sale.subscription.charge", [("state", "=", "draft")], 150)
        self.client.call("sale.subscription.charge", "action_approve", charges)
        return f"{len(charges)} charges"

    def do_reset(self) -> str:
        charges = self._some_of("sale.subscription.charge", [("invoice_status", "=", "to_invoice")], 3)
        self.client.call("sale.subscription.charge", "action_reset", charges)
        return f"charges {charges}"

    # Billing runs

    def do_run(self) -> str:
        office = self.office
        month = office.now_billed()
        if month.number and self.random.random() < 0.5:
            month = Month(month.number - 1)
        known = self.client.find(
            "xpps.billing.run",
            [("period_start", "=", str(month.start)), ("state", "in", ("draft", "done", "posted"))],
            ["id"],
        )
        if known and self.random.random() < 0.9:
            run = known[0]["id"]
        else:
            values = {"period_start": str(month.start), "period_end": str(month.end)}
            values["invoice_date"] = str(month.end + timedelta(days=1))
            run = self.client.create("xpps.billing.run", values)
            office.made_runs.add(run)
        self.client.call("xpps.billing.run", "action_prepare", [run])
        self.client.call("xpps.billing.run", "action_create_drafts", [run])
        return f"run {run}"

    def do_post(self) -> str:
        run = self._run(("state", "in", ("done", "posted")), ("move_ids.state", "=", "draft"))
        self.client.call("xpps.billing.run", "action_post", [run])
        return f"run {run}"

    def do_post_one(self) -> str:
        domain = [("state", "=", "draft"), ("move_type", "in", ("out_invoice", "out_refund"))]
        move = self._one_of("account.move", domain)["id"]
        self.client.call("account.move", "action_post", [move])
        self.office.posted_moves.add(move)
        return f"invoice {move}"

    def do_stop(self) -> str:
        run = self._run(("state", "=", "queued"))
        self.client.call("xpps.billing.run", "action_stop", [run])
        return f"run {run}"

    def do_retry(self) -> str:
        run = self._run(("line_ids.state", "=", "failed"))
        self.client.call("xpps.billing.run", "action_retry", [run])
        return f"run {run}"

    def do_undo_run(self) -> str:
        run = self._run(("state", "=", "done"))
        self.client.call("xpps.billing.run", "action_undo", [run])
        return f"run {run}"

    def do_send(self) -> str:
        """Some of a run's invoices, each of which takes a second or two to print."""
        run = self._run(("state", "in", ("done", "posted")), ("move_ids.state", "=", "posted"))
        lines = self._some_of("xpps.billing.run.line", [("run_id", "=", run), ("state", "=", "invoiced")], most=3)
        with self.office.printing:
            self.client.call("xpps.billing.run.line", "action_send_again", lines)
        return f"lines {lines} of run {run}"

    # Afterwards

    def do_credit(self) -> str:
        """Credit an invoice, and have it billed again or not."""
        domain = [("move_type", "=", "out_invoice"), ("state", "=", "posted"), ("payment_state", "!=", "reversed")]
        move = self._one_of("account.move", domain, ("date",))
        values = {"journal_id": self.office.world["journal"], "date": move["date"], "reason": "Soak"}
        context = {"active_model": "account.move", "active_ids": [move["id"]]}
        wizard = self.client.create("account.move.reversal", values, **context)
        self.client.call("account.move.reversal", "refund_moves", [wizard])
        (found,) = self.client.call("account.move.reversal", "read", [wizard], fields=["new_move_ids"])
        self.client.call("account.move", "action_post", found["new_move_ids"])
        self.office.posted_moves.update(found["new_move_ids"])
        if self.random.random() < 0.6:
            self.client.call("account.move", "action_xpps_bill_again", [move["id"]])
        return f"invoice {move['id']}"

    def do_swap(self) -> str:
        month = self.office.now_billed()
        device = self._one_of(
            "stock.lot", [("is_xpps_device", "=", True), ("xpps_state", "=", "active")], ("name",), 300
        )
        new = f"SKS{self.random.randrange(10**8):08d}"
        day = month.end + timedelta(days=self.random.randint(1, 28))
        values = {"device_id": device["id"], "serial": new, "date": str(day)}
        wizard = self.client.create("xpps.device.swap.wizard", values)
        self.client.call("xpps.device.swap.wizard", "action_apply", [wizard])
        with self.office.lock:
            self.office.serials.append(new)
        return f"{device['name']} by {new} on {day}"

    def do_dispute(self) -> str:
        rows = self.client.find("xpps.vendor.report", [("difference", ">", 0)], ["id"], 30, "id")
        if not rows:
            raise NothingToDo
        chosen = [row["id"] for row in self.random.sample(rows, min(3, len(rows)))]
        self.client.call("xpps.vendor.report", "action_dispute", chosen)
        return f"rows {chosen}"

    def do_answer(self) -> str:
        """What Xerox says to a dispute."""
        dispute = self._one_of("xpps.dispute", [("state", "in", ("draft", "sent"))], ("state",))
        methods = ["action_cancel", "action_mark_sent"]
        if dispute["state"] == "sent":
            methods = ["action_credit", "action_reject"]
        self.client.call("xpps.dispute", self.random.choice(methods), [dispute["id"]])
        return f"dispute {dispute['id']}"

    def do_look(self) -> None:
        """What one has open all day."""
        looks: list[Callable[[], Any]] = [
            lambda: self.client.find("xpps.billing.file", [], ["name", "state", "queue_status", "progress"], 40),
            lambda: self.client.find("xpps.billing.run", [], ["name", "state", "progress", "held_text"], 20),
            lambda: self.client.call(
                "xpps.vendor.report",
                "formatted_read_group",
                domain=[],
                groupby=["component"],
                aggregates=["xerox_cost:sum", "difference:sum"],
            ),
            lambda: self.client.call(
                "xpps.profitability.report",
                "formatted_read_group",
                domain=[],
                groupby=["partner_id"],
                aggregates=["revenue:sum", "cost:sum"],
            ),
        ]
        self.random.choice(looks)()


#: How often each is done.
WEIGHTS = {
    "upload": 20,
    "check": 6,
    "import": 10,
    "fix": 8,
    "undo_import": 3,
    "take_up": 3,
    "approve": 16,
    "reset": 2,
    "run": 12,
    "post": 6,
    "post_one": 4,
    "send": 4,
    "stop": 4,
    "retry": 2,
    "undo_run": 1,
    "credit": 4,
    "swap": 4,
    "dispute": 4,
    "answer": 3,
    "look": 8,
}
#: For whom it would be refused otherwise.
MANAGERS = {"undo_import"}

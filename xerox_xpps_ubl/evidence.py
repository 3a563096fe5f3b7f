# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What an electronic invoice says of the agreements, devices and meters that it bills; never what Xerox billed."""

from dataclasses import dataclass
from datetime import date

from odoo.tools import SQL

from odoo.addons.xerox_xpps.common.formats import percent_text
from odoo.addons.xerox_xpps.common.plural import plural
from odoo.addons.xerox_xpps.rating import PLAN_AMOUNT
from odoo.addons.xerox_xpps.rules import overlap, stated_allowance_sql

from .rules import BilledCharge, ReadFigures, line_figures, one_for_all

# Fetched at once: the ORM would read a thousand records a query.
CHARGE_FIELDS = ("device_id", "output_type", "meter_read_id", "kind", "quantity", "period_start", "period_end")
READ_FIELDS = ("period_start", "period_end", "read_date", "estimated", "pages", "page_plan_id")


@dataclass(frozen=True)
class LineEvidence:
    """What a line bills: its days, None where they are not known, and (name, value) in the customer's language."""

    period_start: date | None
    period_end: date | None
    properties: list[tuple[str, str]]


@dataclass(frozen=True)
class InvoiceEvidence:
    """``lines`` by the ids of invoice lines. ``reference`` and ``note`` are empty where there is nothing to say."""

    lines: dict[int, LineEvidence]
    reference: str
    note: str


class EvidenceBuilder:
    """Makes the InvoiceEvidence of one invoice, with a number of queries that does not depend on its lines.

    :param move: in the language of the customer, and with the right to read what it bills
    """

    def __init__(self, move):
        self.move = move
        self.env = move.env
        self.lines = move._xpps_evidence_lines()
        self.charges = self.lines.xpps_charge_ids | self.lines.xpps_credited_charge_ids
        self.labels = {
            "serial": self.env._("Serial number"),
            "devices": self.env._("Number of devices"),
            "output_type": self.env._("Output type"),
            "previous": self.env._("Previous read"),
            "current": self.env._("Current read"),
            "included": self.env._("Included pages"),
            "printed": self.env._("Printed pages"),
            "billed": self.env._("Billed pages"),
            "read_date": self.env._("Read date"),
            "estimated": self.env._("Estimated read"),
        }

    def build(self):
        """:return: InvoiceEvidence"""
        self.charges.fetch(CHARGE_FIELDS)
        self.charges.meter_read_id.fetch(READ_FIELDS)
        self.charges.device_id.fetch(("name",))
        self.output_names = self.env["xpps.output.name"]._by_output_type(self.move.company_id)
        self.stated = self._stated_figures()
        self.assignments = self._assignments()
        self.references = {line: self._customer_reference(line) for line in self.lines}
        return InvoiceEvidence(
            lines={line.id: self._line(line) for line in self.lines},
            reference=self._order_reference(),
            note=self._note(),
        )

    # The document

    def _customer_reference(self, line):
        agreement, payer = line._xpps_agreement(), line.xpps_payer_id
        if payer and agreement:
            return agreement._xpps_payer_terms(payer).reference or ""
        return agreement.xpps_customer_reference or ""

    def _order_reference(self):
        """The reference that the invoice was made with; a credit note has that of the invoice that it takes back.

        One that was entered since is that of the agreements, if they agree.
        """
        move = self.move
        while move.reversed_entry_id:
            move = move.reversed_entry_id
        return move.ref or one_for_all(self.references.values())

    def _note(self):
        agreements = self.env["sale.subscription"].union(*(line._xpps_agreement() for line in self.lines))
        numbers = sorted(set(filter(None, agreements.mapped("xpps_agreement_number"))))
        if not numbers:
            return ""
        named = ", ".join(numbers)
        return plural(len(numbers), self.env._("Xerox agreement: %s", named), self.env._("Xerox agreements: %s", named))

    # Its lines

    def _line(self, line):
        charges = line.xpps_charge_ids or line.xpps_credited_charge_ids
        figures = line_figures([self._billed(charge) for charge in charges]) if charges else self._base_figures(line)
        if "estimated" in figures:
            figures["estimated"] = self.env._("Yes")
        properties = [(self.labels[name], value) for name, value in figures.items()]
        if line.xpps_share_percent:
            properties.append((self.env._("Share"), percent_text(self.env, line.xpps_share_percent)))
        # Which of several it is, the document cannot say.
        if self.references[line] and len(set(self.references.values())) > 1:
            properties.append((self.env._("Order reference"), self.references[line]))
        return LineEvidence(
            period_start=line.xpps_period_start or min(filter(None, charges.mapped("period_start")), default=None),
            period_end=line.xpps_period_end or max(filter(None, charges.mapped("period_end")), default=None),
            properties=properties,
        )

    def _billed(self, charge):
        return BilledCharge(
            serial=charge.device_id.name or "",
            output_type=self.output_names.get(charge.output_type, ""),
            pages=None if charge.kind == PLAN_AMOUNT else charge.quantity,
            read=self._read_figures(charge),
        )

    def _read_figures(self, charge):
        """The read of a charge, if it is that of the charge's days; what Xerox includes is no part of a page plan."""
        read = charge.meter_read_id
        if not read or (read.period_start, read.period_end) != (charge.period_start, charge.period_end):
            return None
        previous, current, included = self.stated[read.id]
        return ReadFigures(
            id=read.id,
            previous=previous,
            current=current,
            included=None if read.page_plan_id else included,
            pages=None if previous is None or current is None else read.pages,
            read_date=read.read_date or None,
            estimated=read.estimated,
        )

    def _stated_figures(self):
        """:return: {read id: (previous read, current read, included pages)}, None where the file states none

        The ORM has a 0 for that.
        """
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT id, previous_read, current_read, %(included)s
                  FROM xpps_meter_read
                 WHERE id = ANY(%(ids)s)
                """,
                included=stated_allowance_sql(SQL("included"), SQL("included_stated")),
                ids=self.charges.meter_read_id.ids,
            )
        )
        return {id_: figures for id_, *figures in rows}

    # Base prices

    def _assignments(self):
        """:return: {service: xpps.device.assignment} of the services whose base prices are billed"""
        services = self.lines.filtered(
            lambda line: not (line.xpps_charge_ids or line.xpps_credited_charge_ids)
        ).xpps_subscription_line_id
        assignments = self.env["xpps.device.assignment"].search([("subscription_line_id", "in", services.ids)])
        return assignments.grouped("subscription_line_id")

    def _base_figures(self, line):
        """The device of a base price, if it is the only one; the others are on the annex."""
        start, end = line.xpps_period_start, line.xpps_period_end
        assignments = self.assignments.get(line.xpps_subscription_line_id)
        if not assignments or not start or not end:
            return {}
        devices = assignments.filtered(
            lambda assignment: overlap(assignment.date_from, assignment.date_to, start, end)
        ).device_id
        return {"serial": devices.name} if len(devices) == 1 else {}

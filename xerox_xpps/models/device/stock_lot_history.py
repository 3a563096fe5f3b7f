# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from collections import defaultdict

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import SQL, format_date

from ...common.bulk import bulk_create
from ...importing import BILLED_FIELDS
from .xpps_device_assignment import DAY

#: What a device says itself of its last assignment: {field of stock.lot: field of xpps.device.assignment}.
ASSIGNMENT_FIELDS = {
    **BILLED_FIELDS,
    "xpps_location": "location",
    "xpps_install_date": "date_from",
    "xpps_removal_date": "date_to",
}
#: Who pays for the device, and for which service.
BILLING_FIELDS = set(BILLED_FIELDS.values())


class StockLot(models.Model):
    """Devices keep their history: what is changed on a device is changed in its last assignment, or begins a new one.

    ``create`` and ``write`` call it.
    """

    _inherit = "stock.lot"

    @api.model
    def _xpps_assignment_values(self, record, names):
        """What fields of a record say, as values to write: {name: value}."""
        values = {}
        for name in names:
            value = record[name]
            values[name] = value.id if isinstance(value, models.BaseModel) else value
        return values

    def _xpps_prepare_assignment(self):
        """Values of the assignment that the device's own fields tell."""
        self.ensure_one()
        values = self._xpps_assignment_values(self, ASSIGNMENT_FIELDS)
        return {ASSIGNMENT_FIELDS[name]: value for name, value in values.items()}

    def _xpps_start_assignments(self):
        """Begin the history of the devices that have none, but a customer or an agreement."""
        devices = self.filtered(lambda lot: lot.is_xpps_device and (lot.xpps_partner_id or lot.xpps_subscription_id))
        if not devices:
            return
        # The history is kept by whoever may change the device.
        assignments = self.env["xpps.device.assignment"].sudo()
        assignments.flush_model(["device_id"])
        rows = self.env.execute_query(
            SQL("SELECT DISTINCT device_id FROM xpps_device_assignment WHERE device_id = ANY(%s)", devices.ids)
        )
        known = {device_id for (device_id,) in rows}
        values_list = []
        for device in devices:
            if device.id not in known:
                values = device._xpps_prepare_assignment()
                assignments._check_span(device, values["date_from"], values["date_to"], [])
                values_list.append(
                    {"device_id": device.id, "company_id": device.company_id.id}
                    | {name: value or None for name, value in values.items()}
                )
        if values_list:
            bulk_create(assignments, values_list)
            self.invalidate_recordset(["xpps_assignment_ids"], flush=False)

    def _xpps_last_assignments(self):
        """:return: {stock.lot: its last xpps.device.assignment}, with two queries"""
        # The history is kept by whoever may change the device.
        assignments = self.env["xpps.device.assignment"].sudo()
        assignments.flush_model(["device_id", "date_from"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT ON (device_id) id
                  FROM xpps_device_assignment
                 WHERE device_id = ANY(%s)
              ORDER BY device_id, date_from DESC NULLS LAST, id DESC
                """,
                self.ids,
            )
        )
        last = {assignment.device_id.id: assignment for assignment in assignments.browse(id_ for (id_,) in rows)}
        return {device: last[device.id] for device in self if device.id in last}

    def _xpps_follow_assignments(self):
        """Have the devices say what their last assignments do."""
        groups = defaultdict(self.browse)
        for device, assignment in self._xpps_last_assignments().items():
            ours = self._xpps_assignment_values(device, ASSIGNMENT_FIELDS)
            theirs = self._xpps_assignment_values(assignment, ASSIGNMENT_FIELDS.values())
            changes = tuple(
                (name, theirs[other]) for name, other in ASSIGNMENT_FIELDS.items() if ours[name] != theirs[other]
            )
            if changes:
                groups[changes] |= device
        for changes, devices in groups.items():
            devices.write(dict(changes))

    def _xpps_keep_assignments(self):
        """Have the last assignments say what the devices do.

        What was never billed is corrected where it stands. A device that was billed moves: its assignment ends with
        the last billed period, and a new one begins on the day after. A device that comes back after its removal begins
        a new one, too.
        """
        self._xpps_start_assignments()
        changes = {}
        returned = []
        for device, assignment in self._xpps_last_assignments().items():
            ours = device._xpps_prepare_assignment()
            if device._xpps_has_returned(assignment):
                returned.append({**ours, "device_id": device.id})
                continue
            theirs = self._xpps_assignment_values(assignment, ours)
            change = {name: value for name, value in ours.items() if value != theirs[name]}
            if device.xpps_removal_date:
                # Whose device it was remains known when it is removed and has nobody any more.
                change = {name: value for name, value in change.items() if value or name not in BILLING_FIELDS}
            if change:
                changes[assignment] = change
        # The history is kept by whoever may change the device.
        assignments = self.env["xpps.device.assignment"].sudo()
        moving = assignments.union(*(a for a, change in changes.items() if not BILLING_FIELDS.isdisjoint(change)))
        billed = moving._billed_until() if moving else {}
        moves = []
        corrections = defaultdict(assignments.browse)
        for assignment, change in changes.items():
            if assignment.id in billed:
                moves.append(assignment.device_id._xpps_prepare_move(assignment, change, billed[assignment.id]))
            else:
                corrections[tuple(change.items())] |= assignment
        for change, corrected in corrections.items():
            corrected._correct(dict(change))
        assignments.create(moves + returned)

    def _xpps_has_returned(self, assignment):
        """Whether the device was installed anew after its last assignment ended, which then stays as it was.

        Installed on the very day of its removal, it belongs to the new place from that day on.
        """
        self.ensure_one()
        installed = self.xpps_install_date
        if not installed or not assignment.date_to or installed < assignment.date_to:
            return False
        if assignment.date_from and assignment.date_from >= installed:
            return False
        if assignment.date_to == installed:
            if self.xpps_removal_date == installed:
                return False
            assignment._trim(assignment.date_from, installed - DAY)
        return True

    def _xpps_prepare_move(self, assignment, change, billed_until):
        """End an assignment after its last billed period.

        :param change: {field of the assignment: what the device says instead}
        :return: values of the assignment that follows it
        :raises UserError: when the device's own dates do not allow it
        """
        self.ensure_one()
        earliest = billed_until + DAY
        date_from = change.get("date_from", earliest)
        date_to = self.xpps_removal_date
        if not date_from or date_from < earliest or (date_to and date_to < date_from):
            raise UserError(
                self.env._(
                    "Device %(serial)s was billed to agreement %(agreement)s until %(date)s, so it can be assigned to "
                    "another one from the following day at the earliest. Correct the dates on which it was installed "
                    "and removed.",
                    serial=self.name,
                    agreement=assignment.subscription_id.display_name,
                    date=format_date(self.env, billed_until),
                )
            )
        if assignment.date_to and assignment.date_to >= date_from:
            assignment._trim(assignment.date_from, date_from - DAY)
        return self._xpps_prepare_assignment() | {"device_id": self.id, "date_from": date_from}

    def _xpps_assign_from(self, date_from, values):
        """Have devices be somewhere else from a day on. Their last assignments end on the day before.

        A device that came to where it is on that very day was never there: its assignment is corrected.

        :param date_from: a day that is not before the devices' last assignments
        :param values: {stock.lot: values of its new assignment, without device and dates}
        """
        self._xpps_start_assignments()
        last = self._xpps_last_assignments()
        new = []
        for device in self:
            assignment = last.get(device)
            if assignment and assignment.date_from == date_from:
                assignment.write(values[device] | {"date_to": False})
                continue
            if assignment and assignment.date_to and assignment.date_to >= date_from:
                assignment._trim(assignment.date_from, date_from - DAY)
            new.append(values[device] | {"device_id": device.id, "date_from": date_from, "date_to": False})
        self.env["xpps.device.assignment"].create(new)

# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from collections import defaultdict
from datetime import date, timedelta
from itertools import chain

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import SQL, format_date

from ...common.formats import period_text
from ...rules import days_in_common_sql, overlap, overlap_sql

DAY = timedelta(days=1)


class XppsDeviceAssignment(models.Model):
    """Where a device was, and when.

    Both days are inclusive; without a first day the device was there since ever, without a last one it still is. What
    the device itself says is its last assignment: both are kept in step, whichever is changed (the other half of it is
    in ``stock_lot_history.py``).
    """

    _name = "xpps.device.assignment"
    _description = "XPPS Device Assignment"
    _inherit = ["xpps.guard"]
    _order = "device_id, date_from desc nulls last, id desc"
    _check_company_auto = True

    device_id = fields.Many2one(
        "stock.lot",
        required=True,
        index=True,
        ondelete="cascade",
        check_company=True,
        domain=[("is_xpps_device", "=", True)],
    )
    company_id = fields.Many2one(
        related="device_id.company_id", store=True, precompute=True, required=True, string="Company"
    )
    partner_id = fields.Many2one("res.partner", string="Customer", index="btree_not_null", check_company=True)
    subscription_id = fields.Many2one(
        "sale.subscription",
        string="Agreement",
        index="btree_not_null",
        ondelete="cascade",
        check_company=True,
        domain=[("is_xpps", "=", True), ("is_xpps_master", "=", False)],
    )
    subscription_line_id = fields.Many2one(
        "sale.subscription.line",
        string="Base Price Service",
        index="btree_not_null",
        check_company=True,
        domain="[('sale_subscription_id', '=', subscription_id), ('product_id.xpps_role', '!=', False)]",
        help="The service or bundle of the agreement that bills the device's monthly base price.",
    )
    replaces_id = fields.Many2one(
        "stock.lot",
        string="In the Place Of",
        check_company=True,
        index="btree_not_null",
        help="The device that this one replaced.",
    )
    location = fields.Char(string="Place", help="Location of the device in the customer's words.")
    date_from = fields.Date(string="From", help="First day. If empty, from the beginning.")
    date_to = fields.Date(string="Until", help="Last day. If empty, the device is still there.")

    _dates_ordered = models.Constraint(
        "CHECK (date_from <= date_to)", "A device cannot leave a place before it arrived there."
    )
    # Two users who write the history of one device at the same moment do not see each other's rows; this does.
    _device_excl = models.Constraint(
        "EXCLUDE USING gist (int4range(device_id, device_id, '[]') WITH &&, "
        "daterange(date_from, date_to, '[]') WITH &&)",
        "A device cannot be in two places on the same day. Review its history before you continue.",
    )

    @api.depends("device_id", "partner_id", "subscription_id", "date_from", "date_to")
    def _compute_display_name(self):
        for assignment in self:
            assignment.display_name = f"{assignment.device_id.name}: {assignment._label()}"

    def _label(self):
        """Customer or agreement, and the days."""
        self.ensure_one()
        place = self.partner_id.display_name or self.subscription_id.display_name or self.env._("nobody")
        return f"{place}, {self._period_label(self.date_from, self.date_to)}"

    @api.model
    def _period_label(self, date_from, date_to):
        return period_text(self.env, date_from, date_to) or self.env._("always")

    @api.onchange("subscription_id")
    def _onchange_subscription_id(self):
        """Propose what nearly always follows from the agreement: its service and its customer."""
        if self.subscription_line_id.sale_subscription_id != self.subscription_id:
            self.subscription_line_id = self.subscription_id._xpps_base_service()
        if self.subscription_id and not self.partner_id:
            self.partner_id = self.subscription_id.partner_id

    @api.constrains("device_id", "subscription_id", "subscription_line_id")
    def _check_service(self):
        for assignment in self:
            service = assignment.subscription_line_id
            if service and service.sale_subscription_id != assignment.subscription_id:
                raise ValidationError(
                    self.env._(
                        "The base price service of device %(serial)s belongs to another agreement than %(agreement)s.",
                        serial=assignment.device_id.name,
                        agreement=assignment.subscription_id.display_name or "–",
                    )
                )

    # Keeping the history free of overlaps, and the device in step with it

    @api.model_create_multi
    def create(self, vals_list):
        self.check_access("create")
        assignments = super().create(self._make_room(vals_list))
        assignments.device_id._xpps_follow_assignments()
        return assignments

    def write(self, vals):
        self._check_change(vals)
        result = super().write(vals)
        self.device_id._xpps_follow_assignments()
        return result

    def _correct(self, vals):
        """Write, and leave the devices as they are."""
        self._check_change(vals)
        return super().write(vals)

    def _check_change(self, vals):
        self.check_access("write")
        if "device_id" in vals and any(assignment.device_id.id != vals["device_id"] for assignment in self):
            raise UserError(
                self.env._(
                    "The history of a device cannot be moved to another device. Add an assignment to the other device."
                )
            )
        if not {"date_from", "date_to"}.isdisjoint(vals):
            self._check_room(vals)

    def unlink(self):
        devices = self.device_id
        result = super().unlink()
        devices._xpps_follow_assignments()
        return result

    @api.model
    def _make_room(self, vals_list):
        """End the open assignments that new ones follow, and start those that new ones precede after them.

        :return: the values of the new ones, which may follow each other
        :raises ValidationError: when a new one overlaps another one that says itself when it began and ended
        """
        vals_list = [dict(vals) for vals in vals_list]
        device_ids = [vals["device_id"] for vals in vals_list if vals.get("device_id")]
        # What keeps a device from being at two places does not depend on what the user may see.
        spans = defaultdict(list)
        for row in self.sudo().search([("device_id", "in", device_ids)]):
            spans[row.device_id.id].append((row.date_from, row.date_to, row))
        for vals in sorted(vals_list, key=lambda vals: fields.Date.to_date(vals.get("date_from")) or date.min):
            date_from, date_to = (fields.Date.to_date(vals.get(name)) or False for name in ("date_from", "date_to"))
            known = spans[vals.get("device_id")]
            for index, (other_from, other_to, other) in enumerate(known):
                if not overlap(date_from, date_to, other_from, other_to):
                    continue
                if date_to and not other_from and (not other_to or other_to > date_to):
                    known[index] = (date_to + DAY, other_to, other)
                elif date_from and not other_to and (not other_from or other_from < date_from):
                    known[index] = (other_from, date_from - DAY, other)
            self._check_span(self.env["stock.lot"].browse(vals.get("device_id")), date_from, date_to, known)
            known.append((date_from, date_to, vals))
        for date_from, date_to, row in chain.from_iterable(spans.values()):
            if isinstance(row, dict):
                row |= {"date_from": date_from, "date_to": date_to}
            elif (date_from, date_to) != (row.date_from, row.date_to):
                # Whoever may add an assignment may have it follow another one; the device follows at the end.
                row._trim(date_from, date_to)
        # The database compares new rows with what it has.
        self.flush_model(["date_from", "date_to"])
        return vals_list

    def _trim(self, date_from, date_to):
        """Make the assignments shorter, and leave the devices as they are."""
        return super().write({"date_from": date_from, "date_to": date_to})

    def _check_room(self, vals):
        """:raises ValidationError: when the assignments would overlap others with the dates of ``vals``"""
        # See _make_room.
        others = self.sudo().search([("device_id", "in", self.device_id.ids), ("id", "not in", self.ids)])
        spans = defaultdict(list)
        for other in others:
            spans[other.device_id].append((other.date_from, other.date_to, other))
        for assignment in self:
            date_from, date_to = (
                fields.Date.to_date(vals[name]) if name in vals else assignment[name]
                for name in ("date_from", "date_to")
            )
            known = spans[assignment.device_id]
            self._check_span(assignment.device_id, date_from, date_to, known)
            known.append((date_from, date_to, assignment))

    @api.model
    def _check_span(self, device, date_from, date_to, others):
        """:param others: [(first day, last day, xpps.device.assignment or values of one)] of the same device"""
        if date_from and date_to and date_from > date_to:
            raise ValidationError(
                self.env._(
                    "Device %(serial)s cannot leave on %(date_to)s because it arrived on %(date_from)s.",
                    serial=device.name,
                    date_from=format_date(self.env, date_from),
                    date_to=format_date(self.env, date_to),
                )
            )
        for other_from, other_to, other in others:
            if overlap(date_from, date_to, other_from, other_to):
                raise ValidationError(
                    self.env._(
                        "Device %(serial)s cannot be in two places on the same day: %(new)s overlaps %(other)s. "
                        "Change the dates of one of them in the device's history.",
                        serial=device.name,
                        new=self._period_label(date_from, date_to),
                        other=self._period_label(other_from, other_to) if isinstance(other, dict) else other._label(),
                    )
                )

    # What others ask of the history

    @api.model
    def _spans(self):
        """A query for where devices were, with the columns of the assignment.

        A device that was removed nobody knows when is nowhere now.
        """
        self.flush_model()
        self.env["stock.lot"].flush_model(["xpps_state"])
        return SQL(
            """
            SELECT assignment.device_id, assignment.company_id, assignment.partner_id, assignment.subscription_id,
                   assignment.subscription_line_id, assignment.date_from, assignment.date_to
              FROM xpps_device_assignment assignment
              JOIN stock_lot device ON device.id = assignment.device_id
             WHERE assignment.date_to IS NOT NULL OR device.xpps_state = 'active'
            """
        )

    @api.model
    def _xpps_device_days(self, lines, date_from, date_to):
        """How many days of a period the devices of services were there, with one query.

        :param lines: sale.subscription.line
        :param date_from, date_to: the period, both days inclusive
        :return: {sale.subscription.line id: {stock.lot id: days}}, in the order of the devices' ids; devices that were
            not there on any day are left out
        """
        days = {line_id: {} for line_id in lines.ids}
        rows = self.env.execute_query(
            SQL(
                """
                SELECT subscription_line_id, device_id,
                       SUM(%(days)s)::int
                  FROM (%(spans)s) span
                 WHERE subscription_line_id = ANY(%(lines)s)
                   AND %(there)s
              GROUP BY subscription_line_id, device_id
              ORDER BY subscription_line_id, device_id
                """,
                spans=self._spans(),
                lines=lines.ids,
                days=days_in_common_sql(SQL("date_from"), SQL("date_to"), date_from, date_to),
                there=overlap_sql(SQL("date_from"), SQL("date_to"), date_from, date_to),
            )
        )
        for line_id, device_id, count in rows:
            days[line_id][device_id] = count
        return days

    @api.model
    def _xpps_swaps(self, lines, date_from, date_to):
        """How often a device of a service took the place of another one within a period, with one query.

        :return: {sale.subscription.line id: number}, services without swaps left out
        """
        self.flush_model()
        return dict(
            self.env.execute_query(
                SQL(
                    """
                    SELECT new.subscription_line_id, COUNT(*)
                      FROM xpps_device_assignment new
                      JOIN xpps_device_assignment old
                        ON old.device_id = new.replaces_id AND old.date_to = new.date_from - 1
                       AND old.subscription_line_id = new.subscription_line_id
                     WHERE new.subscription_line_id = ANY(%(lines)s)
                       AND new.date_from > %(first)s AND new.date_from <= %(last)s
                  GROUP BY new.subscription_line_id
                    """,
                    lines=lines.ids,
                    first=date_from,
                    last=date_to,
                )
            )
        )

    def _billed_until(self):
        """How far billing files billed the devices on these assignments, with one query.

        :return: {xpps.device.assignment id: last day of the last billed period}; those never billed are left out
        """
        self.flush_model()
        self.env["xpps.billing.file.line"].flush_model()
        return dict(
            self.env.execute_query(
                SQL(
                    """
                    SELECT assignment.id, MAX(line.billed_period_end)
                      FROM xpps_device_assignment assignment
                      JOIN xpps_billing_file_line line
                        ON line.device_id = assignment.device_id AND line.subscription_id = assignment.subscription_id
                       AND %(billed)s
                     WHERE assignment.id = ANY(%(ids)s) AND line.superseded_by_id IS NULL
                  GROUP BY assignment.id
                    """,
                    ids=self.ids,
                    billed=overlap_sql(
                        SQL("assignment.date_from"),
                        SQL("assignment.date_to"),
                        SQL("line.billed_period_start"),
                        SQL("line.billed_period_end"),
                    ),
                )
            )
        )

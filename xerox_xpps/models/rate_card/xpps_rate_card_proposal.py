# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from collections import Counter, defaultdict

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ...common.bulk import bulk_create
from ...common.window_actions import open_form
from ...rules import INCLUDED, UNIT_COST, billed_fee_sql, stated_allowance_sql


class XppsRateCard(models.Model):
    """A card can begin with what Xerox billed last: a draft, which somebody compares with Xerox's letter.

    What most devices of a model have stands there once, for the model; other devices have lines of their own.
    """

    _inherit = "xpps.rate.card"

    def action_take_from_file(self):
        """Propose a card of the company's last imported file, and open it; whatever is selected on the list."""
        self.check_access("create")
        company = self.env.company
        # Of two files of the same days the one that is no correction.
        file = self.env["xpps.billing.file"].search(
            [("company_id", "=", company.id), ("state", "=", "imported")],
            order="period_end desc, kind desc, id desc",
            limit=1,
        )
        if not file:
            raise UserError(
                self.env._(
                    "%s has not imported any file yet. Import Xerox's file first, or add the rates manually.",
                    company.name,
                )
            )
        rates = self._proposed_rates(file)
        if not rates:
            raise UserError(
                self.env._("Billing file %s states neither fees, nor costs of pages, nor included pages.", file.name)
            )
        card = self.create(
            {
                "name": self.env._("Rates of %s", file.display_name),
                "company_id": company.id,
                "currency_id": file.currency_id.id,
                "date_from": file.period_start,
            }
        )
        bulk_create(self.env["xpps.rate.card.line"], (card._line_values(*rate) for rate in rates))
        card.message_post(
            body=self.env._(
                "Proposed by what Xerox billed with file %s. Compare it with Xerox's letter, and correct what is "
                "wrong, before you activate it.",
                file.display_name,
            )
        )
        return open_form(card)

    @api.model
    def _proposed_rates(self, file):
        """:return: [(scope, id of the owner, component, measure, value)]"""
        values = defaultdict(dict)
        stated = set()
        for device, model, component, measure, value, is_stated in self._billed_rates(file):
            values[model, component, measure][device] = value
            if is_stated:
                stated.add((model, component, measure))
        rates = []
        for model, component, measure in sorted(stated):
            of_devices = values[model, component, measure]
            # Of two that are as frequent, the one that is better for the reseller.
            lowest = 1 if measure == UNIT_COST else -1
            counts = Counter(of_devices.values())
            usual = min(counts, key=lambda value: (-counts[value], lowest * value))
            rates.append(("model", model, component, measure, usual))
            rates += [
                ("device", device, component, measure, value) for device, value in of_devices.items() if value != usual
            ]
        return rates

    @api.model
    def _billed_rates(self, file):
        """What Xerox billed of the devices of a file, as it stands after corrections.

        Three plain queries are put together here: joined, they would take minutes where the database does not know yet
        how many records a large file has brought.

        Not what it did not state, nor the cost of no pages at 0. The supply fee of a price that is not split is 0,
        without being stated: that keeps the fee of other devices of the model from such a device.

        :return: [(stock.lot id, product.template id, component, measure, Decimal or int, whether it is stated)]
        """
        lines, reads = self.env["xpps.billing.file.line"], self.env["xpps.meter.read"]
        lines.flush_model()
        reads.flush_model()
        execute = self.env.execute_query
        models = dict(
            execute(
                SQL(
                    """
                    SELECT line.device_id, product.product_tmpl_id
                      FROM xpps_billing_file_line line
                      JOIN stock_lot device ON device.id = line.device_id
                      JOIN product_product product ON product.id = device.product_id
                     WHERE line.billing_file_id = %s AND line.state = 'imported'
                  ORDER BY line.device_id
                    """,
                    file.id,
                )
            )
        )
        values = {"devices": list(models), "end": file.period_end, "currency": file.currency_id.id}
        fees = execute(
            SQL(
                """
                SELECT device_id,
                       CASE WHEN base_service_stated OR standing_service_cost IS NOT NULL THEN %(service)s END,
                       CASE WHEN base_supply_stated OR standing_supply_cost IS NOT NULL THEN %(supply)s END,
                       standing_supply_cost IS NULL
                       AND base_price_cost <> 0 AND base_service_cost = 0 AND base_supply_cost = 0
                  FROM xpps_billing_file_line line
                 WHERE device_id = ANY(%(devices)s) AND billed_period_end = %(end)s AND currency_id = %(currency)s
                   AND superseded_by_id IS NULL
              ORDER BY device_id, id
                """,
                service=billed_fee_sql("base_service"),
                supply=billed_fee_sql("base_supply"),
                **values,
            )
        )
        pages = execute(
            SQL(
                """
                SELECT device_id, output_type, %(included)s,
                       CASE WHEN unit_cost > 0 OR (overage <> 0 AND cost_unknown IS NOT TRUE) THEN unit_cost END
                  FROM xpps_meter_read
                 WHERE device_id = ANY(%(devices)s) AND period_end = %(end)s AND currency_id = %(currency)s
                   AND superseded_by_id IS NULL AND origin = 'file'
              ORDER BY device_id, output_type
                """,
                included=stated_allowance_sql(SQL("included"), SQL("included_stated")),
                **values,
            )
        )
        billed = []
        for device, service, supply, unsplit in fees:
            # A monthly base price alone: see rules.is_unsplit.
            billed.append((device, models[device], "base_service", UNIT_COST, service, True))
            billed.append((device, models[device], "base_supply", UNIT_COST, supply, not unsplit))
        for device, output_type, included, unit_cost in pages:
            billed.append((device, models[device], output_type, UNIT_COST, unit_cost, True))
            billed.append((device, models[device], output_type, INCLUDED, included, True))
        return [rate for rate in billed if rate[4] is not None]

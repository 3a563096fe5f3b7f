# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Random resellers, billed for two months: every charge and every invoice is what the oracle reckons."""

import os
from decimal import Decimal

from hypothesis import HealthCheck, Phase, given, settings

from odoo import Command

from .common import XppsCase, record
from .oracle import DEVICES, TYPES, World, worlds

PERIODS = (
    {},
    {
        "InvoiceNumber": "X-1002",
        "InvoiceDate": "2026-03-03",
        "PeriodStart": "2026-02-01",
        "PeriodEnd": "2026-02-28",
    },
)


def exact(value, places=6):
    """The decimal that a stored float stands for."""
    return Decimal(repr(round(value, places)))


class TestOracle(XppsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.device.unlink()
        cls.coffee = cls._service("coffee")
        cls.base.name = "base"

    def test_random_resellers(self):
        @settings(
            max_examples=int(os.environ.get("XPPS_ORACLE_EXAMPLES", 8)),
            deadline=None,
            derandomize=True,
            database=None,
            # Making a failing world smaller would take hours; its seed is printed.
            phases=[Phase.generate],
            print_blob=True,
            suppress_health_check=list(HealthCheck),
        )
        @given(worlds())
        def bill(world):
            with self.cr.savepoint() as savepoint:
                self._live(world)
                savepoint.rollback()

        bill()

    def _live(self, world: World):
        self._build(world)
        billed = [self.env["account.move"]] * len(self.agreements)
        for month, period in enumerate(PERIODS):
            rows = world.charges(month)
            charges = self._bill_file(world, month, period)
            self._compare_charges(charges, rows)
            self._compare_defaults(world)
            self._compare_invoices(world, rows, billed)
            self.assertEqual(
                {charge.invoice_status for charge in charges},
                {"invoiced" if row[7] else "no" for row in rows},
            )
        # Once more: nothing but the recurring items.
        self._compare_invoices(world, [], billed)

    # Make

    def _build(self, world):
        self.env["res.currency.rate"].create(
            {
                "name": "2020-01-01",
                "rate": float(world.rate),
                "currency_id": self.eur.id,
                "company_id": self.company.id,
            }
        )
        self.materials = [
            self._service(f"material {number}", "material_code", float(price))
            for number, price in enumerate(world.sales_prices)
        ]
        pricelists = [self._prices(*pricelist) for pricelist in world.pricelists]
        levels = self.env["xpps.price.level"].create([{"name": f"XPPS Level {i}"} for i in range(len(world.levels))])
        for level, mapping in zip(levels, world.levels, strict=True):
            self._mapping(level, **self._by_type(mapping))
        printers = [self._model(model, levels) for model in world.models]
        templates = {mode: self._template(mode) for mode in ("draft", "invoice", "sale_and_invoice")}
        self.agreements = [self._contract(terms, templates, pricelists) for terms in world.agreements]
        self.devices = [
            self._device(f"SN-{number}", self.agreements[agreement], product_id=printers[model].id)
            for number, (model, agreement) in enumerate(world.devices)
        ]

    def _by_type(self, mapping):
        return {output_type: self.materials[material] for output_type, material in mapping.items()}

    def _prices(self, foreign, prices):
        pricelist = self._pricelist("Prices", self.eur if foreign else self.usd)
        pricelist.item_ids = [
            Command.create(
                {
                    "applied_on": "0_product_variant",
                    "product_id": self.materials[material].id,
                    "compute_price": "fixed",
                    "fixed_price": float(price),
                }
            )
            for material, price in prices.items()
        ]
        return pricelist

    def _model(self, model, levels):
        level = levels[:0] if model.level is None else levels[model.level]
        printer = self._printer("Model", xpps_price_level_id=level.id)
        if model.own:
            self._mapping(printer, **self._by_type(model.own))
        return printer

    def _contract(self, terms, templates, pricelists):
        lines = [
            {
                "product_id": self.base.id,
                "price_unit": float(terms.base_price),
                "xpps_qty_from_devices": terms.base_from_devices,
            }
        ]
        if terms.coffee is not None:
            lines.append({"product_id": self.coffee.id, "price_unit": float(terms.coffee)})
        agreement = self._agreement(
            sale_subscription_line_ids=[Command.create(line) for line in lines],
            template_id=templates[terms.mode].id,
            pricelist_id=pricelists[terms.pricelist].id,
            xpps_invoice_mode=terms.split,
            xpps_invoice_detail=terms.detail,
        )
        for material, (price, billable) in terms.defaults.items():
            self._default(self.materials[material], agreement, unit_price=float(price), billable=billable)
        return agreement

    def _bill_file(self, world, month, period):
        rows = []
        for device in range(DEVICES):
            meters = {
                output_type: world.months[month][device, output_type]
                for output_type in TYPES
                if (device, output_type) in world.months[month]
            }
            rows.append(record(f"SN-{device}", **meters))
        return self._bill(rows, **period)

    # Compare

    def _compare_charges(self, charges, rows):
        found = {
            (
                self.devices.index(charge.device_id),
                charge.output_type,
                self.agreements.index(charge.subscription_id),
                self.materials.index(charge.product_id),
                charge.quantity,
                exact(charge.unit_cost),
                exact(charge.unit_price),
                charge.billable,
            )
            for charge in charges
        }
        self.assertEqual(found, set(rows))
        self.assertEqual(len(charges), len(rows))

    def _compare_defaults(self, world):
        """The agreements know what Xerox charges now."""
        for (agreement, material), cost in world.last_cost.items():
            default = self.agreements[agreement].charge_default_ids.filtered(
                lambda default, product=self.materials[material]: default.product_id == product
            )
            price, billable = world.agreements[agreement].defaults.get(material, (0, True))
            self.assertEqual(
                (exact(default.unit_cost), exact(default.unit_price), default.billable), (cost, price, billable)
            )

    def _compare_invoices(self, world, rows, billed):
        for number, agreement in enumerate(self.agreements):
            agreement.generate_invoice()
            moves = self._moves(agreement) - billed[number]
            billed[number] |= moves
            expected = world.invoices(number, rows)
            found = sorted(
                sorted(
                    (
                        line.product_id.name,
                        int(line.quantity),
                        exact(line.price_unit),
                        exact(line.price_subtotal, 2),
                    )
                    for line in self._product_lines(move)
                )
                for move in moves
            )
            self.assertEqual(found, expected, world.agreements[number])
            currency = self.eur if world.foreign(number) else self.usd
            self.assertEqual(moves.currency_id, currency)
            self.assertEqual(
                sorted(exact(move.amount_untaxed, 2) for move in moves),
                sorted(sum(line[3] for line in lines) for lines in expected),
            )

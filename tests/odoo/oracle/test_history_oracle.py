# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Random histories of three months: after every step, what is charged is what the last valid reads say."""

import os
from collections import defaultdict
from decimal import ROUND_HALF_UP, Decimal
from random import Random

from odoo.exceptions import UserError

from ..support.common import record
from ..support.contracts import Contracts, agreed
from ..support.history import Contract, File, History, Read, Terms
from ..support.importing import FEBRUARY, JANUARY, MARCH, ImportCase
from ..support.report_equality import ReportEquality

PERIODS = (JANUARY, FEBRUARY, MARCH)
TYPES = ("mono", "color")
CURRENT = {"mono": "MonoCurrent", "color": "ColorCurrent"}
STEPS = 40
#: What has to happen in the histories, all of them together.
EVENTS = (
    "regular import",
    "correction import",
    "refused import",
    "held",
    "second import",
    "undo",
    "refused undo",
    "again",
    "post",
    "correction after a post",
    "price moved",
    "wrong rate",
    "agreed rate",
)


def cents(amount):
    return amount.quantize(Decimal("0.01"), ROUND_HALF_UP)


def exact(value, places=6):
    """The decimal that a stored float stands for."""
    return Decimal(repr(round(value, places)))


class TestHistoryOracle(Contracts, ReportEquality, ImportCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.device.unlink()
        cls.env["res.currency.rate"].create(
            {"name": "2020-01-01", "rate": 0.8, "currency_id": cls.eur.id, "company_id": cls.company.id}
        )
        cls.mono.list_price, cls.color.list_price = 0.0125, 0.08
        cls._default(cls.color, price_method="cost_plus", markup_percent=33.33)
        foreign = cls._agreement(pricelist_id=cls._pricelist("Euros", cls.eur, mono=0.03, color=0.07).id)
        cls._default(cls.mono, foreign, unit_price=0.020005, unit_cost=0.001)
        cls._default(cls.color, foreign, billable=False)
        cls.agreements = {"home": cls.agreement, "foreign": foreign}

    def test_random_histories(self):
        self.done = defaultdict(int)
        for seed in range(int(os.environ.get("XPPS_HISTORY_EXAMPLES", 5))):
            with self.subTest(seed=seed), self.cr.savepoint() as savepoint:
                self._live(Random(seed))
                savepoint.rollback()
                self.env.invalidate_all()
        # Histories in which nothing happens prove nothing.
        for event in EVENTS:
            self.assertTrue(self.done[event], dict(self.done))

    def _live(self, random):
        self.random = random
        self.history = History(
            {
                "home": Contract(
                    Decimal(1),
                    {
                        "mono": Terms(Decimal("0.0125"), True, None),
                        "color": Terms(None, True, Decimal(0), Decimal("33.33")),
                    },
                ),
                "foreign": Contract(
                    Decimal("0.8"),
                    {
                        "mono": Terms(Decimal("0.020005"), True, Decimal("0.001")),
                        "color": Terms(Decimal("0.07"), False, Decimal(0)),
                    },
                ),
            },
            {"SN-1": "home", "SN-2": "home", "SN-3": "foreign", "SN-4": "foreign", "SN-5": None},
        )
        self.lots = {}
        for serial, contract in self.history.devices.items():
            self.lots[serial] = self._device(serial, self.agreements["home"])
            self._assign(serial, contract)
        self._agree()
        self.records = {}  # history.File -> xpps.billing.file
        self.posted = self.env["account.move"]
        steps = [
            *[self._regular] * 5,
            *[self._correction] * 8,
            *[self._undo] * 3,
            *[self._again] * 2,
            self._move,
            *[self._judge] * 4,
            *[self._bill] * 3,
            *[self._mend] * 2,
        ]
        frozen = {}
        for _step in range(STEPS):
            step = random.choice(steps)
            step()
            self._compare()
            # Xerox's bills follow the order of its invoices; the reports, that of the imports.
            self.assertReportsAgree(bills=False, searches=False)
            self._compare_with_contract()
            self.assertEqual({id_: row for id_, row in self._frozen().items() if id_ in frozen}, frozen)
            frozen = self._frozen()
        self.assertReportsAgree(bills=False)

    def _agree(self):
        """Rate cards, of which some rates are what Xerox bills; Color has none but for one agreement and a device."""
        random, whatever = self.random, Decimal("0.012345")
        self.usual = Decimal(random.randrange(1, 2000)).scaleb(-5)
        self.agreed = {  # (output type, device, agreement); without both, the printer model
            ("mono", None, None): self.usual,
            ("mono", None, "foreign"): random.choice([self.usual, whatever]),
            ("mono", "SN-2", None): random.choice([self.usual, Decimal(0)]),
            ("color", None, "home"): whatever,
            ("color", "SN-4", None): self.usual,
        }
        self._card(
            *(
                agreed(
                    self.lots[serial] if serial else self.agreements[name] if name else self.printer,
                    output_type,
                    float(cost),
                )
                for (output_type, serial, name), cost in self.agreed.items()
            )
        )
        self._card(agreed(self.printer, "mono", 9.99), state="draft")

    def _contract_cost(self, output_type, serial, name):
        """What was agreed for a page, or None; the nearest counts."""
        for key in ((output_type, serial, None), (output_type, None, name), (output_type, None, None)):
            if key in self.agreed:
                return self.agreed[key]
        return None

    def _compare_with_contract(self):
        """Each live read is compared with what was agreed; Xerox over-bills what it bills above the expected pages at
        that.
        """
        names = {agreement: name for name, agreement in self.agreements.items()}
        rows = self.env["xpps.vendor.report"].search([("meter_read_id.device_id", "in", self._lot_ids())])
        for row in rows:
            read = row.meter_read_id
            cost = self._contract_cost(read.output_type, read.device_id.name, names[read.subscription_id])
            wrong = cost is not None and cost != exact(read.unit_cost)
            self.assertEqual("wrong_rate" in (row.flags or ""), wrong, row.flags)
            self.done["wrong rate"] += wrong
            self.done["agreed rate"] += cost is not None and not wrong
            if cost is not None:
                over = cents(read.overage * exact(read.unit_cost)) - cents(row.expected_quantity * cost)
                self.assertEqual(exact(row.difference, 2), over)
                self.assertNotIn("rate_changed", row.flags or "")

    # Steps

    def _read(self, prior=None):
        random = self.random
        read = Read(
            random.choice([0, 1, 7, random.randrange(5000)]),
            self.usual if random.random() < 0.3 else Decimal(random.randrange(1, 2000)).scaleb(-5),
            random.randrange(10_000),
        )
        if prior:
            # What a correction corrects: some of it, and sometimes nothing.
            if random.random() < 0.4:
                read.pages = prior.pages
            if random.random() < 0.6:
                read.cost = prior.cost
            if random.random() < 0.7:
                read.current = prior.current
        return read

    def _regular(self):
        month = self.random.randrange(3)
        devices = [device for device in self.lots if self.random.random() < 0.7]
        free = [device for device in devices if not self.history.billed.get((month, device))]
        # Now and then one that is billed already.
        devices = devices if self.random.random() < 0.2 else free
        self._upload_and_import("regular", month, devices)

    def _correction(self):
        months = [month for month, _device in self.history.billed]
        month = self.random.choice(months or [0])
        self._upload_and_import("correction", month, self.random.sample(list(self.lots), self.random.randint(1, 4)))

    def _upload_and_import(self, kind, month, devices):
        if not devices:
            return
        live = self.history.live_reads()
        rows = {
            device: {
                output_type: self._read(live.get((month, device, output_type)))
                for output_type in TYPES
                if self.random.random() < 0.8
            }
            for device in devices
        }
        file = File(kind, month, rows)
        self.history.files.append(file)
        self.records[file] = self._upload(
            [
                record(
                    device,
                    BaseServiceFee=10,
                    **{output_type: (read.pages, read.cost) for output_type, read in meters.items()},
                    **{CURRENT[output_type]: read.current for output_type, read in meters.items()},
                )
                for device, meters in rows.items()
            ],
            kind,
            **PERIODS[month],
        )
        self._import_file(file)

    def _import_file(self, file):
        quarantine = self.company.xpps_quarantine = self.random.random() < 0.5
        record = self.records[file]
        before = self._all_charges()
        if not self.history.imports(file, quarantine):
            self.done["refused import"] += 1
            with self.assertRaises(UserError), self.cr.savepoint():
                record.action_import()
            return
        self.done[f"{file.kind} import"] += 1
        self.done["held"] += len(file.held)
        record.action_check()
        preview = self._preview(record)
        changes = {
            (change.subscription_id, change.product_id): exact(change.new_cost)
            for change in record.cost_change_ids
            if not change.applied
        }
        invoiced = {id(charges) for charges in self.history.charges.values() if any(row.invoiced for row in charges)}
        record.action_import()
        self.done["price moved"] += any(
            charge.moves_cost and charge.billable and charge.file is file
            for charges in self.history.charges.values()
            for charge in charges
        )
        self.done["correction after a post"] += any(
            id(charges) in invoiced and charges[-1].file is file for charges in self.history.charges.values()
        )
        self.assertEqual(self._preview_of(self._all_charges() - before), preview)
        self.assertEqual((record.state, record.held_count), ("imported", len(file.held)))
        for (agreement, product), cost in changes.items():
            self.assertEqual(exact(self._default_of(agreement, product).unit_cost), cost)

    def _preview(self, file):
        self.assertEqual(len(file.summary_ids.subscription_id), len(file.summary_ids))
        return {
            row.subscription_id: (row.pages, exact(row.cost, 2), exact(row.price, 2), exact(row.margin, 2))
            for row in file.summary_ids
            if row.pages or row.cost or row.price
        }

    def _preview_of(self, charges):
        rows = {}
        for agreement, same in charges.grouped("subscription_id").items():
            billable = same.filtered("billable")
            values = (
                sum(billable.mapped("quantity")),
                exact(sum(same.mapped("cost_subtotal")), 2),
                exact(sum(billable.mapped("price_subtotal")), 2),
                exact(sum(same.mapped("margin")), 2),
            )
            if any(values[:3]):
                rows[agreement] = values
        return rows

    def _mend(self):
        """Try the held records of a file once more."""
        files = [file for file in self.history.files if file.held]
        if files:
            self.done["second import"] += 1
            self._import_file(self.random.choice(files))

    def _undo(self):
        files = [file for file in self.history.files if file.state == "imported"]
        if not files:
            return
        file = self.random.choice(files[-3:] if self.random.random() < 0.6 else files)
        corrections = self.history.correctable_by_none(file)
        if self.history.undo(file):
            self.done["undo"] += 1
            self.records[file].action_cancel()
            return
        self.done["refused undo"] += 1
        with self.assertRaises(UserError) as caught, self.cr.savepoint():
            self.records[file].action_cancel()
        reason = caught.exception.args[0]
        if "corrected by a later import" in reason:
            for correction in corrections:
                self.assertIn(self.records[correction].name, reason)
        else:
            self.assertIn("on invoices", reason)

    def _again(self):
        """Take up a file that was undone."""
        files = [file for file in self.history.files if file.state == "cancelled"]
        if files:
            self.done["again"] += 1
            file = self.random.choice(files)
            file.state = "draft"
            self.records[file].action_draft()
            self._import_file(file)

    def _move(self):
        """Give a device to another agreement, or to none."""
        device = self.random.choice(list(self.lots))
        contract = self.random.choice(["home", "foreign", None])
        self.history.devices[device] = contract
        self._assign(device, contract)

    def _assign(self, device, contract):
        agreement = self.agreements[contract] if contract else self.env["sale.subscription"]
        self.lots[device].write(
            {
                "xpps_subscription_id": agreement.id,
                "xpps_subscription_line_id": agreement.sale_subscription_line_ids.id,
            }
        )

    def _judge(self):
        """Approve, reject and reset some charges that are not invoiced."""
        pairs = [pair for pair in self._pairs() if not pair[1].invoiced]
        for key, charge, found in self.random.sample(pairs, min(len(pairs), 8)):
            state = self.random.choice(["approved"] * 6 + ["rejected", "draft"])
            found.action_reset()
            if state == "approved":
                found.action_approve()
            elif state == "rejected":
                found.action_reject()
                self.history.rejected.add(key)
            charge.state = state

    def _bill(self):
        """Invoice what is approved, and post it; sometimes the draft is cancelled instead."""
        name = self.random.choice(list(self.agreements))
        due = [
            (charge, found)
            for _key, charge, found in self._pairs()
            if charge.contract == name and charge.state == "approved" and charge.billable and not charge.invoiced
        ]
        if not due:
            return
        moves = self.agreements[name]._create_xpps_invoices(due=self.env["sale.subscription"])
        lines = self._product_lines(moves)
        self.assertEqual(sorted(lines.xpps_charge_ids.ids), sorted(found.id for _charge, found in due))
        total = sum(charge.amount for charge, _found in due)
        signs = {"out_invoice": 1, "out_refund": -1}
        self.assertEqual(sum(signs[move.move_type] * exact(move.amount_untaxed, 2) for move in moves), total)
        if self.random.random() < 0.2:
            moves.button_cancel()
            return
        moves.action_post()
        self.done["post"] += 1
        self.posted |= moves
        for charge, _found in due:
            charge.invoiced = True

    # Compare

    def _all_charges(self):
        return self.env["sale.subscription.charge"].search([("device_id", "in", self._lot_ids())], order="id")

    def _lot_ids(self):
        return [lot.id for lot in self.lots.values()]

    def _key(self, record):
        month = [period["PeriodEnd"] for period in PERIODS].index(str(record.period_end))
        return (month, record.device_id.name, record.output_type)

    def _pairs(self):
        """:return: [(key, Charge, sale.subscription.charge)], the charges of one key in their order"""
        found = defaultdict(list)
        for charge in self._all_charges():
            found[self._key(charge)].append(charge)
        expected = {key: charges for key, charges in self.history.charges.items() if charges}
        self.assertEqual(
            {key: len(rows) for key, rows in found.items()}, {k: len(rows) for k, rows in expected.items()}
        )
        return [
            (key, charge, row)
            for key, charges in expected.items()
            for charge, row in zip(charges, found[key], strict=True)
        ]

    def _compare(self):
        self.env.flush_all()
        self.env.invalidate_all()
        history = self.history
        pages, amounts = defaultdict(int), dict.fromkeys(history.contracts, Decimal(0))
        cost, xerox = defaultdict(Decimal), defaultdict(Decimal)
        names = {agreement: name for name, agreement in self.agreements.items()}
        for key, _charge, row in self._pairs():
            pages[key], cost[key], xerox[key] = pages[key], cost[key], xerox[key]
            if row.state == "rejected":
                continue
            cost[key] += row.quantity * exact(row.unit_cost)
            xerox[key] += row.quantity * exact(row.xerox_unit_cost)
            self.assertEqual(exact(row.xerox_cost, 2), cents(row.quantity * exact(row.xerox_unit_cost)))
            if row.billable:
                pages[key] += row.quantity
                amounts[names[row.subscription_id]] += exact(row.price_subtotal, 2)
        self.assertEqual(dict(pages), history.pages())
        self.assertEqual(dict(cost), history.cost())
        self.assertEqual(dict(xerox), history.xerox())
        self.assertEqual(amounts, history.amounts())
        self._compare_with_reads(pages, cost)
        self._compare_reads()
        self._compare_defaults()
        self._compare_lines()

    def _compare_with_reads(self, pages, cost):
        """Without what was rejected: the charges of a meter add up to its last valid read."""
        for key, read in self.history.live_reads().items():
            charges = self.history.charges.get(key)
            if key in self.history.rejected:
                continue
            if not charges:
                self.assertEqual(read.pages, 0)
                continue
            contract = self.history.contracts[charges[0].contract]
            self.assertEqual(pages[key], read.pages if charges[0].billable else 0, key)
            self.assertEqual(cost[key], read.pages * contract.cost(read.cost), key)

    def _compare_reads(self):
        reads = self.env["xpps.meter.read"].search([("device_id", "in", self._lot_ids())])
        live = reads.filtered(lambda read: not read.superseded_by_id)
        found = {self._key(read): Read(read.overage, exact(read.unit_cost), read.current_read) for read in live}
        self.assertEqual(len(found), len(live))
        self.assertEqual(found, self.history.live_reads())
        self.assertEqual(len(reads), sum(map(len, self.history.reads.values())))

    def _compare_defaults(self):
        for name, agreement in self.agreements.items():
            for output_type in TYPES:
                default = self._default_of(agreement, getattr(self, output_type))
                found = exact(default.unit_cost) if default else None
                self.assertEqual(found, self.history.unit_cost(name, output_type), (name, output_type))
                if default.price_method == "cost_plus":
                    price = self.history.contracts[name].price(output_type, found)
                    self.assertEqual(exact(default.unit_price), price, (name, output_type))

    def _default_of(self, agreement, product):
        return agreement.charge_default_ids.filtered(lambda default: default.product_id == product)

    def _compare_lines(self):
        lines = self.env["xpps.billing.file.line"].search(
            [("device_id", "in", self._lot_ids()), ("billed_period_end", "!=", False), ("superseded_by_id", "=", False)]
        )
        found = {(self._key_of_line(line)): line.billing_file_id for line in lines}
        self.assertEqual(len(found), len(lines))
        self.assertEqual(
            found, {key: self.records[stack[-1][0]] for key, stack in self.history.billed.items() if stack}
        )

    def _key_of_line(self, line):
        return [period["PeriodEnd"] for period in PERIODS].index(str(line.billed_period_end)), line.device_id.name

    def _frozen(self):
        """The posted invoices, line by line."""
        return {
            line.id: (
                line.move_id.state,
                line.move_id.amount_total,
                line.name,
                line.quantity,
                line.price_unit,
                line.balance,
            )
            for line in self.posted.line_ids
        }

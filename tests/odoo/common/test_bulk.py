# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Records written by COPY are those that the ORM would have written."""

import json

from psycopg2.errors import CheckViolation, NotNullViolation, UniqueViolation

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tools import SQL, mute_logger

from odoo.addons.xerox_xpps.common import bulk
from odoo.addons.xerox_xpps.common.bulk import bulk_create, bulk_delete, bulk_update, next_ids

from ...billing_file.builder import build_xml
from ..support.access import BILLING, MANAGER, USER
from ..support.common import XppsCase, record
from ..support.rate_cards import rate_card

TEXTS = (
    "plain",
    'a "quoted" text',
    '"',
    '""',
    "it's",
    "comma, semicolon; pipe|",
    "tab\tin between",
    "two\nlines",
    "carriage\rreturn",
    "both\r\nof them",
    "\\.",
    "before\n\\.\nafter",
    "\\N",
    "\\n is no line break",
    "C:\\path\\",
    "NULL",
    "null",
    " spaces around ",
    "\n",
    "žluťoučký kůň 漢字 🖨",
    "\u2028\u200b\ufeff",
    "%s %(name)s {0}",
    "'; DROP TABLE stock_lot; --",
    "0",
    "false",
)


class BulkCase(XppsCase):
    def _set_up_once(self):
        super()._set_up_once()
        self.file = self._check(build_xml(devices=[record("SN-9")]))
        self.lines = self.env["xpps.billing.file.line"].sudo()

    def _line(self, **values):
        return {"billing_file_id": self.file.id, "company_id": self.company.id, "state": "draft", **values}

    def _charge_values(self, **values):
        return {
            "subscription_id": self.agreement.id,
            "partner_id": self.customer.id,
            "company_id": self.company.id,
            "currency_id": self.usd.id,
            "product_id": self.mono.id,
            "name": "Mono Pages",
            "quantity": 5,
            "unit_cost": 0.004,
            "unit_price": 0.01,
            "billable": True,
            "state": "draft",
            **values,
        }

    def _read(self, records, names):
        self.env.flush_all()
        self.env.invalidate_all()
        return [{name: value for name, value in row.items() if name != "id"} for row in records.read(names)]


class TestBulk(BulkCase):
    def assertSame(self, model, values_list):
        """bulk_create and create leave the same, in the database and in the records."""
        names = list(values_list[0])
        twins = model.create(
            [
                {name: json.loads(value) if name == "meter_values" and value else value for name, value in row.items()}
                for row in values_list
            ]
        )
        expected = self._read(twins, names)
        stamps = self._read(twins, ["create_uid", "write_uid", "create_date", "write_date"])
        twins.unlink()
        records = bulk_create(model, values_list)
        self.assertEqual(self._read(records, names), expected)
        self.assertEqual(self._read(records, ["create_uid", "write_uid", "create_date", "write_date"]), stamps)
        return records

    def test_texts(self):
        records = self.assertSame(
            self.lines,
            [self._line(serial=text, xerox_model=text, sequence=number) for number, text in enumerate(TEXTS)],
        )
        self.assertEqual(tuple(records.mapped("serial")), TEXTS)

    def test_empty_texts_and_nulls(self):
        records = bulk_create(self.lines, [self._line(serial=text, read_date=None) for text in ("", None, "x")])
        self.assertEqual([record.serial or "" for record in records], ["", "", "x"])
        self.assertEqual(records.mapped("read_date"), [False] * 3)

    def test_values_of_every_kind(self):
        meters = {"mono": {"previous": 1, "unit_cost": "0.0045", "text": 'a "b"\n\\.\tc ☃'}}
        self.assertSame(
            self.lines,
            [
                self._line(
                    sequence=7,
                    device_id=self.device.id,
                    currency_id=self.usd.id,
                    read_date=fields.Date.to_date("2026-01-31"),
                    estimated=True,
                    cost_total=1234567.89,
                    overage_cost=-0.01,
                    meter_values=json.dumps(meters),
                ),
                self._line(
                    sequence=0,
                    device_id=None,
                    currency_id=None,
                    read_date=None,
                    estimated=False,
                    cost_total=0.0,
                    overage_cost=0.0,
                    meter_values=None,
                ),
            ],
        )

    def test_texts_of_a_file(self):
        """From Xerox's XML to the line, line breaks in a value included."""
        for text in ("before\n\\.\nafter", 'a "b", c\\', "\\."):
            file = self._check(build_xml(devices=[record("SN-1", Model=text, Location=text)]))
            self.assertEqual((file.line_ids.xerox_model, file.line_ids.xerox_location), (text, text))

    def test_order_and_reserved_ids(self):
        ids = next_ids(self.lines, 3)[::-1]
        records = bulk_create(self.lines, [{"id": id_, **self._line(serial=str(id_))} for id_ in ids])
        self.assertEqual(records.ids, ids)
        self.assertEqual(records.mapped("serial"), [str(id_) for id_ in ids])

    def test_nothing(self):
        self.assertFalse(bulk_create(self.lines, []))

    def test_more_than_one_chunk(self):
        size, bulk.CHUNK = bulk.CHUNK, 3
        self.addCleanup(setattr, bulk, "CHUNK", size)
        done = []
        records = bulk_create(self.lines, [self._line(sequence=number) for number in range(8)], on_chunk=done.append)
        self.assertEqual(done, [3, 6, 8])
        self.assertEqual(records.mapped("sequence"), list(range(8)))

    # What the ORM would refuse

    def test_a_reader_creates_nothing(self):
        for user, model in (
            (self._user("xpps_test_reader", USER), "sale.subscription.charge"),
            (self._user("xpps_test_clerk", BILLING), "xpps.meter.read"),
            (self._user("xpps_test_manager", MANAGER), "xpps.billing.file.line"),
        ):
            quiet = mute_logger("odoo.addons.base.models.ir_model")
            with self.subTest(model=model), quiet, self.assertRaises(AccessError), self.cr.savepoint():
                bulk_create(self.env[model].with_user(user), [self._charge_values()])

    def test_a_stranger_creates_nothing_here(self):
        other = self._company("XPPS Other Reseller")
        stranger = self._user("xpps_test_stranger", MANAGER, company=other)
        charges = self.env["sale.subscription.charge"].with_user(stranger)
        charges = charges.with_context(allowed_company_ids=other.ids)
        with mute_logger("odoo.addons.base.models.ir_rule"), self.assertRaises(AccessError), self.cr.savepoint():
            bulk_create(charges, [self._charge_values()])

    def test_constraints_of_the_database(self):
        reads = self.env["xpps.meter.read"].sudo()
        values = {
            "device_id": self.device.id,
            "company_id": self.company.id,
            "output_type": "mono",
            "period_start": "2026-01-01",
            "period_end": "2026-01-31",
            "origin": "file",
        }
        with mute_logger("odoo.sql_db"), self.assertRaises(UniqueViolation), self.cr.savepoint():
            bulk_create(reads, [values, values])
        with mute_logger("odoo.sql_db"), self.assertRaises(NotNullViolation), self.cr.savepoint():
            bulk_create(reads, [values | {"device_id": None}])

    # Fields that are computed and stored

    def test_computed_fields_that_were_not_given(self):
        charge = bulk_create(self.env["sale.subscription.charge"], [self._charge_values()])
        self.assertRecordValues(
            charge,
            [{"cost_subtotal": 0.02, "price_subtotal": 0.05, "margin": 0.03, "invoice_status": "no"}],
        )
        self.env.flush_all()
        self.env.cr.execute("SELECT price_subtotal FROM sale_subscription_charge WHERE id = %s", [charge.id])
        self.assertEqual(float(self.env.cr.fetchone()[0]), 0.05)

    def test_what_an_import_gives_is_what_would_be_computed(self):
        """The import states the computed fields itself, so that nobody waits for them."""
        self._default(self.color, billable=False)
        file = self._import([record("SN-1", mono=(12345, "0.00451"), color=(7, "0.0415"), MonoCurrent=70)])
        for records in (file.charge_ids, file.meter_read_ids):
            names = [
                name
                for name, field in records._fields.items()
                if field.store and field.compute and not field.related and name != "id"
            ]
            self.assertTrue(names)
            given = self._read(records, names)
            for name in names:
                self.env.add_to_compute(records._fields[name], records)
            self.assertEqual(self._read(records, names), given)

    def test_a_stored_field_of_another_addon(self):
        """Somebody adds one to the reads; an import leaves it computed."""
        self.env["ir.model.fields"].create(
            {
                "name": "x_double",
                "model_id": self.env["ir.model"]._get_id("xpps.meter.read"),
                "ttype": "integer",
                "store": True,
                "depends": "overage",
                "compute": "for read in self: read['x_double'] = 2 * read.overage",
            }
        )
        self.addCleanup(self.registry.reset_changes)
        file = self._import([record("SN-1", mono=(21, "0.004"))])
        self.assertEqual(file.meter_read_ids.x_double, 42)
        self.env.flush_all()
        self.env.cr.execute("SELECT x_double FROM xpps_meter_read WHERE id = %s", file.meter_read_ids.ids)
        self.assertEqual(self.env.cr.fetchone(), (42,))


class TestBulkUpdate(BulkCase):
    def test_as_write_does(self):
        """Values, who wrote them and when, and what was cached of them."""
        lines = bulk_create(self.lines, [self._line(sequence=number, serial=f"SN-{number}") for number in range(4)])
        self.assertEqual(lines.mapped("state"), ["draft"] * 4)
        clerk = self._user("xpps_test_bulk_clerk", BILLING)
        changed = bulk_update(
            self.lines.with_user(clerk).sudo(), SQL("id = ANY(%s)", lines[:3].ids), {"state": "held", "serial": None}
        )
        self.assertEqual(set(changed.ids), set(lines[:3].ids))
        self.assertEqual(lines.mapped("state"), ["held", "held", "held", "draft"])
        self.assertEqual(lines.mapped("serial"), [False, False, False, "SN-3"])
        self.assertEqual(lines.mapped("write_uid"), clerk | self.env.user)
        self.assertFalse(bulk_update(self.lines, SQL("id = 0"), {"state": "held"}))

    def test_pending_values_are_not_overwritten_later(self):
        line = bulk_create(self.lines, [self._line(sequence=1)])
        line.state = "held"
        bulk_update(self.lines, SQL("id = %s", line.id), {"state": "left_out"})
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(line.state, "left_out")

    def test_another_table(self):
        old, new, other = bulk_create(self.lines, [self._line(sequence=number) for number in range(3)])
        bulk_update(
            self.lines,
            SQL("id = pair.old_id"),
            {"superseded_by_id": SQL("pair.new_id")},
            source=SQL("unnest(%s::int[], %s::int[]) AS pair(old_id, new_id)", [old.id], [new.id]),
        )
        self.assertEqual((old | new | other).mapped("superseded_by_id"), new)
        self.assertEqual(old.superseded_by_id, new)

    def test_another_table_by_a_user(self):
        """Who may write the records that both tables find, and no others."""
        card = rate_card(self.company, [{"device_id": self.device.id, "component": "mono", "unit_cost": 0.004}])

        def change(*groups):
            user = self._user(f"xpps_test_bulk_{len(groups)}", *groups)
            bulk_update(
                card.line_ids.with_user(user),
                SQL("xpps_rate_card_line.id = changed.id"),
                {"unit_cost": SQL("changed.value")},
                source=SQL("unnest(%s::int[], %s::numeric[]) AS changed(id, value)", card.line_ids.ids, [0.005]),
            )

        with self.assertRaises(AccessError):
            change(BILLING)
        change(BILLING, MANAGER)
        self.assertEqual(card.line_ids.unit_cost, 0.005)

    def test_what_depends_on_it(self):
        """Fields of the record that are stored, and those of others that are not."""
        charge = self.env["sale.subscription.charge"].create([self._charge_values(state="draft")])
        self.assertEqual((charge.price_subtotal, charge.invoice_status), (0.05, "no"))
        self.env.flush_all()
        values = {"quantity": 100, "state": "approved"}
        bulk_update(charge.sudo(), SQL("id = %s", charge.id), values)
        self.assertEqual((charge.price_subtotal, charge.invoice_status), (1.0, "to_invoice"))
        file = self.file
        held = file.held_count
        bulk_update(self.lines, SQL("billing_file_id = %s", file.id), {"state": "held"})
        self.assertEqual(file.held_count, held + 1)

    def test_given_values_are_not_computed(self):
        charge = self.env["sale.subscription.charge"].create([self._charge_values()])
        values = {"state": "approved", "invoice_status": SQL("CASE WHEN quantity > 0 THEN 'no' END")}
        bulk_update(charge.sudo(), SQL("id = %s", charge.id), values)
        self.env.flush_all()
        self.assertEqual(charge.invoice_status, "no")

    def test_rights(self):
        line = bulk_create(self.lines, [self._line(sequence=1)])
        manager = self._user("xpps_test_bulk_manager", MANAGER)
        stranger = self._user("xpps_test_bulk_stranger", MANAGER, company=self._company("XPPS Other Bulk Reseller"))
        charge = self.env["sale.subscription.charge"].create([self._charge_values()])
        reader = self._user("xpps_test_bulk_reader", USER)
        for records, user, values in (
            (line, manager, {"state": "held"}),
            (charge, reader, {"quantity": 1}),
            (charge, stranger, {"quantity": 1}),
        ):
            model = self.env[records._name].with_user(user).with_context(allowed_company_ids=user.company_ids.ids)
            quiet = mute_logger("odoo.addons.base.models.ir_model", "odoo.addons.base.models.ir_rule")
            with self.subTest(model=model, user=user.name), quiet, self.assertRaises(AccessError):
                bulk_update(model, SQL("id = %s", records.id), values)
        self.assertEqual((line.state, charge.quantity), ("draft", 5))

    def test_constraints(self):
        """Those of the database, and those that are written in Python."""
        assignment = self.device.xpps_assignment_ids
        with mute_logger("odoo.sql_db"), self.assertRaises(CheckViolation), self.cr.savepoint():
            bulk_update(assignment, SQL("id = %s", assignment.id), {"date_from": "2026-02-01", "date_to": "2026-01-01"})


class TestBulkDelete(BulkCase):
    def test_as_unlink_does(self):
        lines = bulk_create(self.lines, [self._line(sequence=number) for number in range(3)])
        names = self.env["ir.model.data"].create(
            [
                {"module": "__export__", "name": f"xpps_line_{line.id}", "model": line._name, "res_id": line.id}
                for line in lines
            ]
        )
        notes = self.env["ir.attachment"].create(
            [{"name": "Note", "raw": b"x", "res_model": line._name, "res_id": line.id} for line in lines]
        )
        count = self.file.line_count
        self.assertEqual(bulk_delete(self.lines, SQL("id = ANY(%s)", lines[:2].ids)), 2)
        self.assertEqual(lines.exists(), lines[2])
        self.assertEqual(names.exists(), names[2])
        self.assertEqual(notes.exists(), notes[2])
        self.assertEqual(self.file.line_count, count - 2)
        self.assertEqual(bulk_delete(self.lines, SQL("id = 0")), 0)

    def test_rights(self):
        line = bulk_create(self.lines, [self._line(sequence=1)])
        stranger = self._user("xpps_test_bulk_stranger", MANAGER, company=self._company("XPPS Other Bulk Reseller"))
        manager = self._user("xpps_test_bulk_manager", MANAGER)
        charge = self.env["sale.subscription.charge"].create([self._charge_values()])
        for records, user in ((line, manager), (charge, stranger)):
            model = self.env[records._name].with_user(user).with_context(allowed_company_ids=user.company_ids.ids)
            quiet = mute_logger("odoo.addons.base.models.ir_model", "odoo.addons.base.models.ir_rule")
            with self.subTest(model=model, user=user.name), quiet, self.assertRaises(AccessError):
                bulk_delete(model, SQL("id = %s", records.id))
        self.assertEqual((line | line.exists(), charge.exists()), (line, charge))


class TestBulkRefusals(BulkCase):
    """What is more than a row of its table is the ORM's to write."""

    def test_models(self):
        for name, reason in (
            ("xpps.guard", "no table"),
            ("xpps.vendor.report", "no table"),
            ("res.users", "other models"),
            ("account.account.tag", None),
            ("product.category", "tree"),
            ("xpps.billing.file", "chatter"),
            ("res.partner", "chatter|tree"),
        ):
            model = self.env[name].sudo()
            for write in (
                lambda model=model: bulk_create(model, []),
                lambda model=model: bulk_update(model, SQL("FALSE"), {}),
                lambda model=model: bulk_delete(model, SQL("FALSE")),
            ):
                with self.subTest(model=name):
                    if reason:
                        with self.assertRaisesRegex(ValueError, reason):
                            write()
                    else:
                        write()

    def test_values(self):
        for name in ("no_such_field", "issue_ids", "partner_id.name", "display_name"):
            with self.subTest(field=name):
                with self.assertRaisesRegex(ValueError, "plain column"):
                    bulk_create(self.lines, [{**self._line(), name: None}])
                with self.assertRaisesRegex(ValueError, "plain column"):
                    bulk_update(self.lines, SQL("FALSE"), {name: None})
        # A name in several languages is kept as one JSON object.
        with self.assertRaisesRegex(ValueError, "plain column"):
            bulk_update(self.env["account.account.tag"].sudo(), SQL("FALSE"), {"name": "Tag"})

# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Disputes with Xerox: from rows of the report, by e-mail, to Xerox's answer; and who may do what."""

import io

from openpyxl import load_workbook
from psycopg2.errors import UniqueViolation

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form
from odoo.tools import mute_logger

from ...billing_file.builder import build_xml
from ..support.common import record
from ..support.importing import MARCH
from ..support.report_example import ReportExample

BILLING, MANAGER = "xerox_xpps.group_xpps_billing", "xerox_xpps.group_xpps_manager"


class DisputeCase(ReportExample):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.xerox = cls._partner("Xerox", email="billing@xerox.example.com")
        cls.company.xpps_vendor_id = cls.xerox
        cls.february = cls.files[1]

    def _rows(self, *serials, file=None, **values):
        """Rows of February, as a user sees them now."""
        self.env["xpps.vendor.report"].invalidate_model()
        domain = [("billing_file_id", "=", (file or self.february).id), *((n, "=", values[n]) for n in values)]
        return self.env["xpps.vendor.report"].search([*domain, ("serial", "in", serials)] if serials else domain)

    def _dispute(self, rows=None):
        """By default about X-9's 12.50 and 1.00, and the 0.75 that A-1's color pages cost too much: 14.25."""
        rows = rows or self._rows("X-9") | self._rows("A-1", component="color")
        return self.env["xpps.dispute"].browse(rows.action_dispute()["res_id"])

    def _figures(self, dispute):
        return sorted((line.serial, line.component, line.amount) for line in dispute.line_ids)


class TestFromRows(DisputeCase):
    def test_snapshot(self):
        dispute = self._dispute()
        self.assertRegex(dispute.name, r"^DIS/\d{4}/\d{4}$")
        self.assertEqual(
            (dispute.company_id, dispute.currency_id, dispute.partner_id, dispute.state, dispute.amount),
            (self.company, self.usd, self.xerox, "draft", 14.25),
        )
        self.assertEqual(dispute.reason, "Unknown Device, Unit Cost Changed")
        self.assertEqual(dispute.billing_file_ids, self.february)
        self.assertEqual(
            self._figures(dispute), [("A-1", "color", 0.75), ("X-9", "base_service", 12.5), ("X-9", "mono", 1.0)]
        )
        line = dispute.line_ids.filtered(lambda line: line.component == "color")
        self.assertEqual(
            (line.device_id, line.partner_id, line.product_id, line.billing_file_id, line.period_end, line.flag),
            (self.device_a, self.customer, self.printer, self.february, self.day("2026-02-28"), "rate_changed"),
        )
        self.assertEqual((line.xerox_quantity, line.xerox_unit_cost, line.xerox_cost), (300, 0.0525, 15.75))
        self.assertEqual(
            (line.expected_quantity, line.expected_unit_cost, line.expected_cost, line.difference),
            (300, 0.05, 15.0, 0.75),
        )
        self.assertEqual(line.reason, self._rows("A-1", component="color").reason)

    def test_snapshot_stays(self):
        """Undoing the file takes the rows away, not what was disputed."""
        dispute = self._dispute()
        figures = self._figures(dispute)
        march = self.files[2]
        dispute_march = self._dispute(self._rows("B-2", file=march, component="base_service"))
        self.assertEqual(self._figures(dispute_march), [("B-2", "base_service", 11)])
        for charge in march.charge_ids:
            self.assertFalse(charge.invoice_line_ids.filtered(lambda line: line.parent_state == "posted"))
        march.action_cancel()
        self.assertFalse(self._rows(file=march))
        self.env.invalidate_all()
        self.assertEqual(self._figures(dispute_march), [("B-2", "base_service", 11)])
        self.assertEqual(self._figures(dispute), figures)

    def test_what_xerox_should_have_billed_counts_the_other_way(self):
        self.assertEqual(self._dispute(self._rows("C-3")).amount, -20)

    def test_rows_as_expected_are_left_out(self):
        dispute = self._dispute(self._rows("A-1"))
        self.assertEqual(
            self._figures(dispute), [("A-1", "base_supply", 0.5), ("A-1", "color", 0.75), ("A-1", "mono", 0.55)]
        )
        self.assertIn(
            "1 row was left out because Xerox billed what was expected.", dispute.message_ids.mapped("body")[0]
        )
        with self.assertRaisesRegex(UserError, "nothing to dispute"):
            self._dispute(self._rows("A-1", component="base_service"))

    def test_rows_in_an_open_dispute_are_left_out(self):
        first = self._dispute()
        rows = self._rows("X-9") | self._rows("B-2")
        self.assertEqual(rows.filtered("dispute_id"), self._rows("X-9"))
        self.assertEqual(rows.dispute_id, first)
        second = self._dispute(rows)
        self.assertEqual(self._figures(second), [("B-2", "base_service", 1), ("B-2", "mono", 0.5)])
        self.assertRegex(second.message_ids.mapped("body")[0], f"{first.name} already covers them: X-9 .*X-9 ")
        with self.assertRaisesRegex(UserError, f"nothing to dispute(.|\n)*{first.name}"):
            self._dispute(self._rows("X-9"))

    def test_rows_of_a_closed_dispute(self):
        first = self._dispute()
        first.action_mark_sent()
        self.assertTrue(self._rows("X-9").dispute_id)
        first.action_reject()
        second = self._dispute()
        self.assertEqual(second.amount, 14.25)
        with mute_logger("odoo.sql_db"), self.assertRaises(UniqueViolation), self.cr.savepoint():
            first.action_reopen()
            self.env.flush_all()

    def test_two_users_at_the_same_moment(self):
        """The other's dispute is not seen: what keeps a row from being disputed twice is the database."""
        first = self._dispute()
        second = first.copy()
        lines = self.env["xpps.dispute.line"]
        values = [lines._prepare_from_row(second, row) for row in self._rows("X-9")]
        with mute_logger("odoo.sql_db"), self.assertRaises(UniqueViolation), self.cr.savepoint():
            lines.sudo().create(values)

    def test_filter(self):
        dispute = self._dispute()
        report = self.env["xpps.vendor.report"]
        file = [("billing_file_id", "=", self.february.id)]
        disputed = report.search([*file, ("dispute_id", "!=", False)])
        self.assertEqual(disputed, self._rows("X-9") | self._rows("A-1", component="color"))
        self.assertEqual(report.search([*file, ("dispute_id", "=", dispute.id)]), disputed)
        self.assertEqual(report.search([*file, ("dispute_id", "=", False)]), report.search(file) - disputed)
        dispute.action_cancel()
        self.assertFalse(report.search([*file, ("dispute_id", "!=", False)]))

    def test_one_currency(self):
        self._device("E-5")
        euro = {"InvoiceNumber": "EUR", **MARCH, "Currency": "EUR", "InvoiceTotal": "12.00"}
        self._load_file(
            build_xml(
                euro,
                [
                    record("E-5", MonthlyBasePrice=12),
                ],
            )
        )
        rows = self.env["xpps.vendor.report"].search([("company_id", "=", self.company.id)])
        self.assertEqual(len(rows.currency_id), 2)
        with self.assertRaisesRegex(UserError, "one currency"):
            rows.action_dispute()

    def test_one_company(self):
        other = self._company("XPPS Other Reseller")
        self.env["xpps.vendor.report"].flush_model()
        mine = self._rows("X-9")
        others = self.env["xpps.vendor.report"].with_context(allowed_company_ids=(self.company | other).ids)
        self.assertEqual(others.browse(mine.ids).action_dispute()["res_model"], "xpps.dispute")
        dispute = self.env["xpps.dispute"].search([], limit=1)
        self.assertEqual(dispute.company_id, self.company)
        with self.assertRaises(UserError), mute_logger("odoo.addons.base.models.ir_rule"):
            dispute.with_context(allowed_company_ids=(self.company | other).ids).vendor_bill_id = self.env[
                "account.move"
            ].create({"move_type": "in_invoice", "company_id": other.id})


class TestLife(DisputeCase):
    def _compose(self, dispute):
        action = dispute.action_send()
        composer = self.env[action["res_model"]].with_context(**action["context"]).create({})
        return composer

    def test_mail(self):
        dispute = self._dispute()
        composer = self._compose(dispute)
        self.assertEqual(dispute.state, "draft")
        self.assertEqual(composer.partner_ids, self.xerox)
        self.assertEqual(composer.subject, f"Dispute {dispute.name}: Xerox invoice FEB")
        for text in (dispute.name, "FEB", "14.25", "Unknown Device, Unit Cost Changed"):
            self.assertIn(text, composer.body)
        composer.action_send_mail()
        self.assertEqual((dispute.state, str(dispute.sent_on)), ("sent", str(self.env.cr.now().date())))
        message = dispute.message_ids.filtered("attachment_ids")
        self.assertEqual(message.partner_ids, self.xerox)
        (attachment,) = message.attachment_ids
        self.assertEqual(attachment.name, f"{dispute.name.replace('/', '-')}.xlsx")
        sheet = load_workbook(io.BytesIO(attachment.raw)).active
        titles, *rows, total = sheet.iter_rows(values_only=True)
        rows = [dict(zip(titles, row, strict=True)) for row in rows]
        self.assertEqual(
            sorted(
                (row["Serial Number"], row["Component"], row["Xerox's Cost (USD)"], row["Disputed (USD)"])
                for row in rows
            ),
            [
                ("A-1", "Color", 15.75, 0.75),
                ("X-9", "Base Service Fee", 12.5, 12.5),
                ("X-9", "Mono", 1, 1),
            ],
        )
        self.assertEqual((total[0], total[titles.index("Disputed (USD)")]), ("Total", 14.25))
        self.assertEqual({row["Xerox Invoice"] for row in rows}, {"FEB"})
        self.assertTrue(all(row["Reason"] for row in rows))
        self.assertEqual((sheet.freeze_panes, sheet.auto_filter.ref), ("A2", "A1:Q4"))

    def test_other_messages_send_nothing(self):
        dispute = self._dispute()
        dispute.message_post(body="A note")
        self.assertEqual((dispute.state, dispute.sent_on), ("draft", False))
        self.assertFalse(dispute.message_ids.attachment_ids)

    def test_sent_again(self):
        dispute = self._dispute()
        self._compose(dispute).action_send_mail()
        self._compose(dispute).action_send_mail()
        self.assertEqual(dispute.state, "sent")
        self.assertEqual(len(dispute.message_ids.attachment_ids), 2)

    def test_amounts(self):
        dispute = self._dispute()
        with Form(dispute) as form, form.line_ids.edit(0) as line:
            line.amount = 0.5
        self.assertEqual(sum(dispute.line_ids.mapped("amount")), dispute.amount)
        big = dispute.line_ids.filtered(lambda line: line.component == "base_service")
        with self.assertRaisesRegex(ValidationError, "X-9: you dispute .*12.51, but Xerox billed only .*12.50"):
            big.amount = 12.51
        big.amount = 0
        self.env.invalidate_all()
        big.unlink()
        dispute.action_mark_sent()
        line = dispute.line_ids[0]
        for call in (lambda: line.write({"amount": 0.1}), line.unlink):
            self.assertRaisesMessage("no longer a draft", call)

    def test_all_credited(self):
        dispute = self._dispute()
        dispute.action_mark_sent()
        self.assertEqual(dispute.open_amount, 14.25)
        dispute.action_credit()
        self.assertEqual((dispute.state, dispute.credited_amount, dispute.open_amount), ("credited", 14.25, 0))

    def test_partly_credited(self):
        dispute = self._dispute()
        dispute.action_mark_sent()
        dispute.credited_amount = 4
        dispute.action_credit()
        self.assertEqual((dispute.state, dispute.credited_amount), ("partly_credited", 4))

    def test_more_than_disputed(self):
        dispute = self._dispute()
        dispute.action_mark_sent()
        with self.assertRaisesRegex(ValidationError, "14.26 does not fit a dispute of .*14.25"):
            dispute.credited_amount = 14.26
        with self.assertRaises(ValidationError):
            dispute.credited_amount = -1

    def test_rejected_withdrawn_and_taken_up_again(self):
        dispute = self._dispute()
        dispute.action_cancel()
        self.assertEqual(dispute.state, "cancelled")
        dispute.action_reopen()
        self.assertEqual(dispute.state, "draft")
        dispute.action_mark_sent()
        dispute.action_reject()
        self.assertEqual((dispute.state, dispute.credited_amount), ("rejected", 0))
        dispute.action_reopen()
        self.assertEqual(dispute.state, "sent")

    def test_order_of_states(self):
        dispute = self._dispute()
        for call in (dispute.action_credit, dispute.action_reject, dispute.action_reopen):
            self.assertRaisesMessage(rf"{dispute.name} \(Draft\)", call)
        dispute.action_mark_sent()
        self.assertRaisesMessage(rf"{dispute.name} \(Sent\)", dispute.action_mark_sent)
        dispute.action_credit()
        for call in (dispute.action_send, dispute.action_mark_sent, dispute.action_cancel, dispute.action_reject):
            self.assertRaisesMessage(rf"{dispute.name} \(Credited\)", call)

    def test_deleting(self):
        dispute = self._dispute()
        dispute.action_mark_sent()
        self.assertRaisesMessage("was sent to Xerox", dispute.unlink)
        dispute.action_cancel()
        self.assertRaisesMessage("was sent to Xerox", dispute.unlink)
        draft = self._dispute()
        draft.unlink()
        self.assertFalse(self._rows("X-9").dispute_id)

    def test_smart_buttons(self):
        dispute = self._dispute()
        self._dispute(self._rows("B-2"))
        self.assertEqual((self.february.dispute_count, self.files[0].dispute_count), (2, 0))
        action = self.february.action_open_disputes()
        self.assertEqual(len(self.env["xpps.dispute"].search(action["domain"])), 2)
        self.assertEqual(dispute.line_count, 3)
        found = self.env["xpps.dispute"].search([("billing_file_ids", "in", self.february.ids)])
        self.assertEqual(len(found), 2)


class TestAccess(DisputeCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.billing = cls._user("xpps_test_billing", BILLING)
        cls.manager = cls._user("xpps_test_manager", MANAGER)
        cls.reader = cls._user("xpps_test_reader", "xerox_xpps.group_xpps_user")
        cls.other = cls._company("XPPS Other Reseller")
        cls.stranger = cls._user("xpps_test_stranger", MANAGER, company=cls.other)

    def test_billing(self):
        action = self._rows("X-9").with_user(self.billing).action_dispute()
        dispute = self.env["xpps.dispute"].with_user(self.billing).browse(action["res_id"])
        self.assertEqual(dispute.user_id, self.billing)
        dispute.line_ids[0].amount = 1
        dispute.line_ids[1].unlink()
        dispute.reason = "Not ours"
        composer = dispute.action_send()
        self.env[composer["res_model"]].with_user(self.billing).with_context(**composer["context"]).create(
            {}
        ).action_send_mail()
        self.assertEqual(dispute.state, "sent")
        dispute.action_credit()
        self.assertEqual(dispute.state, "credited")
        with self.assertRaises(AccessError):
            dispute.unlink()

    def test_figures_are_not_set_by_hand(self):
        dispute = self._dispute().with_user(self.manager)
        line = dispute.line_ids[0]
        for call in (
            lambda: dispute.write({"state": "credited"}),
            lambda: dispute.write({"currency_id": self.eur.id}),
            lambda: dispute.write({"line_ids": [Command.update(line.id, {"xerox_cost": 100})]}),
            lambda: line.write({"xerox_cost": 100}),
            lambda: line.write({"difference": 100}),
            lambda: line.copy(),
            lambda: dispute.create(
                {
                    "company_id": self.company.id,
                    "currency_id": self.usd.id,
                    "reason": "Made up",
                    "state": "sent",
                }
            ),
        ):
            with self.assertRaises(AccessError), self.cr.savepoint():
                call()

    def test_manager_deletes_drafts(self):
        self._dispute().with_user(self.manager).unlink()

    def test_who_only_reads_xpps(self):
        dispute = self._dispute()
        for call in (
            lambda: self._rows("B-2").with_user(self.reader).action_dispute(),
            lambda: dispute.with_user(self.reader).read(["name"]),
            dispute.with_user(self.reader).action_mark_sent,
            dispute.with_user(self.reader).action_download,
            dispute.with_user(self.reader)._dispute_xlsx,
        ):
            with self.assertRaises(AccessError), self.cr.savepoint():
                call()

    def test_strangers(self):
        dispute = self._dispute()
        theirs = dispute.with_user(self.stranger).with_context(allowed_company_ids=self.other.ids)
        rows = self._rows("B-2").with_user(self.stranger).with_context(allowed_company_ids=self.other.ids)
        with mute_logger("odoo.addons.base.models.ir_rule"):
            for call in (
                rows.action_dispute,
                lambda: theirs.read(["name"]),
                lambda: theirs.line_ids.read(["serial"]),
                theirs.action_send,
                theirs.action_mark_sent,
                theirs.action_credit,
                theirs.action_cancel,
                theirs.action_download,
                theirs.unlink,
            ):
                with self.assertRaises(AccessError), self.cr.savepoint():
                    call()

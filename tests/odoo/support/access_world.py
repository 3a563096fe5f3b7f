# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The world of the access tests: two resellers that have nothing to do with each other, and every kind of user.

Each reseller has everything that the addon knows, in the states that matter: files as drafts and imported, charges to
approve, approved and on posted invoices, runs, disputes, vendor bills, and a wizard of every kind that a clerk has
open. Names of users are those of the table of expectations (``access_table``).
"""

import base64

from odoo import Command

from ...billing_file.builder import build_xml
from .access_rights import ACCOUNTANT, BILLING, EMPLOYEE, MANAGER, PORTAL, PUBLIC, SALESMAN, STOCK, USER
from .common import record
from .importing import FEBRUARY, JANUARY, MARCH
from .plans import plan_records
from .rate_cards import rate_card
from .records import Records
from .usage_alerts import alert_records

#: {kind of user: groups beside those of an employee}
GROUPS = {
    EMPLOYEE: (),
    STOCK: ("stock.group_stock_user",),
    ACCOUNTANT: ("account.group_account_user", "account.group_account_invoice"),
    SALESMAN: ("sales_team.group_sale_salesman_all_leads",),
    USER: ("xerox_xpps.group_xpps_user",),
    BILLING: ("xerox_xpps.group_xpps_billing",),
    MANAGER: ("xerox_xpps.group_xpps_manager",),
}


class Reseller(Records):
    """One company with all its records. ``make`` gives a class of its own, as helpers of ``Records`` fill in classes.

    ``users`` are {kind: res.users}, ``wizards`` those that are open, {model: records}.
    """

    @classmethod
    def make(cls, env, name):
        reseller = type(name, (cls,), {"env": env(context=dict(env.context, tracking_disable=True))})
        reseller._make_reseller(name)
        reseller.name, reseller.shown = name, {}
        reseller._make_set_up()
        reseller._make_users()
        reseller._make_months()
        reseller._make_invoices()
        reseller._make_audit()
        reseller._make_runs()
        reseller._make_prices()
        reseller.env.flush_all()
        reseller.wizards = reseller._make_wizards()
        reseller.env.flush_all()
        return reseller

    @classmethod
    def _make_set_up(cls):
        env = cls.env
        company = cls.company
        cls.partner_2 = cls._partner(f"{cls.name} Second Customer", company_id=company.id)
        cls.customer.company_id = company
        cls.agreement.company_id = company
        cls.agreement_2 = cls._agreement(partner_id=cls.partner_2.id)
        cls.device_2 = cls._device("SN-2", cls.agreement_2)
        cls.spare_printer = cls._printer(f"{cls.name} Spare Printer")
        cls.loose_device = cls._device("SN-3", xpps_subscription_id=False, xpps_subscription_line_id=False)
        (cls.base + cls.mono + cls.color + cls.printer).company_id = company
        cls.vendor = cls._partner(f"{cls.name} Vendor", company_id=company.id)
        company.write({"xpps_vendor_id": cls.vendor.id, "xpps_quarantine": True, "xpps_margin_floor_percent": 60})
        level = env["xpps.price.level"].create({"name": f"{cls.name} A4", "company_id": company.id})
        cls._mapping(level, mono=cls.mono)
        file_format = env.ref("xerox_xpps.format_autotask_xml")
        file_format = file_format.copy({"company_id": company.id, "name": f"{cls.name} XML"})
        file_format.field_ids.filtered(lambda field: field.name == "location").unlink()
        env["xpps.blocking.warning"].create({"code": "usage_spike", "company_id": company.id})
        env["xpps.holding.flag"].create({"flag": "wrong_customer", "company_id": company.id})
        env["xpps.component.account"].create({"component": "mono", "company_id": company.id})
        env["xpps.output.name"].create({"output_type": "mono", "name": f"{cls.name} Mono", "company_id": company.id})
        cls.webhook = env["xpps.webhook"].create(
            {
                "name": f"{cls.name} Hook",
                "url": "https://hooks.example.com/",
                "secret": "0123456789abcdef",
                "user_id": False,
            }
        )
        cls.webhook._tell("test", cls.webhook)
        cls.alert_rule = alert_records(cls.agreement, cls.device)
        cls._default(cls.color, unit_price=0.09)
        cls.plan = plan_records(cls.agreement, cls.device, cls.color)
        env["xpps.agreement.payer"].create({"subscription_id": cls.agreement.id, "partner_id": cls.customer.id})
        cls.rate_card = rate_card(cls.company, [{"device_id": cls.device.id, "component": "mono", "unit_cost": 0.0045}])

    @classmethod
    def _make_users(cls):
        cls.users = {
            kind: cls._user(f"xpps_{kind}_{cls.name}".lower(), *groups, lang="en_US") for kind, groups in GROUPS.items()
        }
        portal = cls.env.ref("base.group_portal").ids
        for number, partner in enumerate((cls.customer, cls.partner_2), start=1):
            user = cls._user(f"xpps_portal{number}_{cls.name}".lower())
            user.write({"group_ids": [Command.set(portal)]})
            user.partner_id.write({"parent_id": partner.id, "company_id": cls.company.id})
            cls.users[f"{PORTAL} {number}" if number > 1 else PORTAL] = user
        cls.clerk = cls.env(user=cls.users[BILLING])

    @classmethod
    def _file(cls, rows, env=None, **invoice):
        """Upload and check a file. :return: the wizard, left open"""
        wizard = (env or cls.env)["xpps.import.wizard"].create(
            {
                "file_data": base64.b64encode(build_xml(invoice, rows)),
                "file_name": f"{invoice['InvoiceNumber']}.xml",
                "company_id": cls.company.id,
            }
        )
        wizard.action_check()
        return wizard

    @classmethod
    def _make_months(cls):
        """January is invoiced, February approved, March to approve and with a record held back, April a draft."""
        cls.files = {}
        for number, (month, overage) in enumerate(((JANUARY, 100), (FEBRUARY, 200), (MARCH, 300)), start=1):
            rows = [
                record(
                    serial,
                    MonthlyBasePrice="20.00",
                    MonoPrevious=number * 1000,
                    MonoCurrent=number * 1000 + 1200,
                    MonoIncluded=500,
                    mono=(overage, f"0.00{number + 3}"),
                )
                for serial in ("SN-1", "SN-2")
            ]
            rows[0]["DeviceTotal"] = ""
            if number == 3:
                rows.append(record("SN-9", MonthlyBasePrice="20.00"))
            wizard = cls._file(rows, InvoiceNumber=f"{cls.name}-{number}", **month)
            wizard.action_import()
            cls.files[number] = wizard.billing_file_id
            if number == 1:
                wizard.billing_file_id.charge_ids.action_approve()
                for agreement in (cls.agreement, cls.agreement_2):
                    agreement.generate_invoice()
                    agreement.invoice_ids.action_post()
            if number == 2:
                wizard.billing_file_id.charge_ids.action_approve()

    @classmethod
    def _make_invoices(cls):
        cls.invoice = cls.agreement.invoice_ids.filtered(lambda move: move.state == "posted")[:1]
        cls.invoice_2 = cls.agreement_2.invoice_ids.filtered(lambda move: move.state == "posted")[:1]
        # As it is stored when an invoice is sent; the PDF beside it takes its time and is guarded just so.
        cls.annex = cls.env["ir.attachment"].create(
            {
                "name": cls.invoice._xpps_usage_filename("xlsx"),
                "raw": cls.invoice._xpps_usage_xlsx(),
                "res_model": "account.move",
                "res_id": cls.invoice.id,
                "res_field": "xpps_usage_xlsx_file",
            }
        )
        charges = cls.files[3].charge_ids
        held = cls.files[3].line_ids.filtered(lambda line: line.state == "held")
        cls.files[3].with_env(cls.clerk)._decide(held, output_type="mono", pages=5)
        # A correction leaves its record.
        charges[:1].with_env(cls.clerk).write({"quantity": 299, "reason": "Agreed with the customer"})
        cls.by_hand = cls._charge(10, 0.02, state="draft")
        journals = cls.env["account.journal"].search([("company_id", "=", cls.company.id), ("type", "=", "bank")])
        cls.statement_line = cls.env["account.bank.statement.line"].create(
            {"journal_id": journals[:1].id, "payment_ref": "Paid", "amount": 1}
        )
        cls.by_hand_invoice = cls.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": cls.customer.id,
                "invoice_line_ids": [Command.create({"name": "By hand", "price_unit": 1})],
            }
        )

    @classmethod
    def _make_audit(cls):
        cls.files[1].action_create_vendor_bill()
        rows = cls.env["xpps.vendor.report"].search([("company_id", "=", cls.company.id), ("flag", "!=", False)])
        cls.dispute = cls.env["xpps.dispute"]._create_from_rows(rows)
        cls.query, cls.query_2 = (
            cls._question(invoice, cls.users[kind])
            for invoice, kind in ((cls.invoice, PORTAL), (cls.invoice_2, f"{PORTAL} 2"))
        )
        cls.cutoff = cls.env["xpps.cutoff"].create({"date": "2026-02-28"})
        cls.cutoff.action_compute()
        entries = cls.env["xpps.customer.entry"]
        entries._report_problem(cls.device, "label", "repair", "It is jammed.")

    @classmethod
    def _question(cls, invoice, user):
        """What a customer asks about the pages on an invoice."""
        line = invoice.invoice_line_ids.filtered("xpps_charge_ids")[:1].with_user(user)
        queries = line.with_context(allowed_company_ids=cls.company.ids).env["xpps.customer.query"]
        return queries._ask(line.with_env(queries.env), "Why so many?")[0].with_env(cls.env)

    @classmethod
    def _make_runs(cls):
        cls.env["xpps.import.progress"].create(
            {"billing_file_id": cls.files[3].id, "company_id": cls.company.id, "percent": 50}
        )
        cls.run = cls.env["xpps.billing.run"].create(
            {"period_start": "2026-03-01", "period_end": "2026-03-31", "invoice_date": "2026-04-03"}
        )
        cls.run.action_prepare()

    @classmethod
    def _make_prices(cls):
        """The next increase of one agreement is applied, that of the other to be decided."""
        cls.spare_agreement = cls._agreement(partner_id=cls.partner_2.id)
        applied, _proposed = cls._increases(cls.agreement + cls.agreement_2)
        applied.action_mark_notified()
        applied.action_apply()

    @classmethod
    def _make_wizards(cls):
        """One of each that the clerk, or the manager, has open. :return: {model: records}"""
        clerk, manager = cls.clerk, cls.env(user=cls.users[MANAGER])
        rows = [
            record("SN-1", MonthlyBasePrice="20.00", mono=(5, "0.007"), MonoPrevious=4200, MonoCurrent=4700),
            record("SN-3", MonthlyBasePrice="20.00", mono=(5, "0.007")),
            record("SN-8", MonthlyBasePrice="20.00"),
        ]
        april = {"InvoiceDate": "2026-05-03", "PeriodStart": "2026-04-01", "PeriodEnd": "2026-04-30"}
        importing = cls._file(rows, clerk, InvoiceNumber=f"{cls.name}-4", **april)
        file = cls.draft = importing.billing_file_id
        copying = clerk["xpps.agreement.copy.wizard"].create(
            {"subscription_id": cls.agreement.id, "partner_ids": cls.partner_2.ids}
        )
        adding = clerk["xpps.device.add.wizard"].create(
            {"subscription_id": cls.agreement.id, "product_id": cls.printer.id, "serials": "SN-7"}
        )
        adding.action_check()
        moving = clerk["xpps.device.move.wizard"].create(
            {"device_ids": cls.device.ids, "subscription_id": cls.agreement.id}
        )
        removing = clerk["xpps.device.remove.wizard"].create({"device_ids": cls.device.ids, "with_reads": True})
        swapping = clerk["xpps.device.swap.wizard"].create({"device_id": cls.device.id, "serial": "SN-6"})
        opened = {
            model: clerk[model].browse(action["res_id"])
            for model, action in (
                ("xpps.device.create.wizard", file.with_env(clerk).action_create_devices()),
                ("xpps.device.assign.wizard", file.with_env(clerk).action_assign_devices()),
                ("xpps.file.format.wizard", file.with_env(manager).action_new_format()),
            )
        }
        release = clerk["xpps.billing.run.release"].create(
            {"line_ids": cls.run.line_ids[:1].ids, "reason": "They know"}
        )
        report = clerk["xpps.vendor.report.wizard"].create({})
        tiers = [Command.create({"from_pages": 0, "unit_price": 0.01})]
        testing = clerk["xpps.back.test.wizard"].create(
            {
                "agreement_ids": cls.agreement.ids,
                "terms_ids": [Command.create({"name": "Tiers", "tier_mode": "volume", "tier_ids": tiers})],
            }
        )
        settings = manager["xpps.settings"].create({})
        pasting = manager["xpps.rate.paste.wizard"].create({"card_id": cls.rate_card.id, "text": "SN-2;Mono;0.0041"})
        rejecting = clerk["xpps.charge.reject.wizard"].create({"reason": "Wrong"})
        proposing = clerk["xpps.price.propose.wizard"].create({})
        skipping = clerk["xpps.price.reason.wizard"].create({"reason": "Agreed"})
        writing_off = clerk["xpps.charge.write.off.wizard"].create({"reason": "Agreed"})
        snoozing = clerk["xpps.health.snooze.wizard"].create({"reason": "Later"})
        waiving = clerk["xpps.page.waive.wizard"].create({"reason": "Lost"})
        findings = clerk["xpps.health"].search([("company_id", "=", cls.company.id)])
        clerk["xpps.health.snooze"]._keep(findings[-1:], "2031-01-01", "Later")
        resuming = clerk["xpps.agreement.resume.wizard"].create({"subscription_id": cls.agreement.id})
        replacing = clerk["xpps.service.replace.wizard"].create(
            {"subscription_line_id": cls.base_line.id, "product_id": cls.base.id}
        )
        found = {
            records._name: records
            for records in (
                importing,
                copying,
                adding,
                moving,
                removing,
                swapping,
                release,
                report,
                testing,
                settings,
                pasting,
                rejecting,
                writing_off,
                proposing,
                skipping,
                snoozing,
                waiving,
                resuming,
                replacing,
            )
        } | opened
        for records, name in (
            (importing, "mapping_ids"),
            (copying, "line_ids"),
            (adding, "row_ids"),
            (removing, "read_ids"),
            (swapping, "read_ids"),
            (testing, "terms_ids"),
            (testing.terms_ids, "tier_ids"),
            (opened["xpps.device.create.wizard"], "row_ids"),
            (opened["xpps.device.assign.wizard"], "row_ids"),
            (opened["xpps.file.format.wizard"], "column_ids"),
            (opened["xpps.file.format.wizard"], "place_ids"),
        ):
            found[records[name]._name] = records[name]
        return {model: records.sudo() for model, records in found.items()}

    @classmethod
    def records_of(cls, model):
        """The company's records of a model, in sudo. Of the extended models: those that XPPS has to do with."""
        # Asked thousands of times, and some models are queries over all that was ever billed.
        if model not in cls.shown:
            cls.shown[model] = cls._find_records(model).ids
        return cls.env(su=True)[model].browse(cls.shown[model])

    @classmethod
    def _find_records(cls, model):
        extended = {
            "res.company": cls.company,
            "res.partner": cls.customer | cls.partner_2,
            # The first customer's comes first.
            "xpps.customer.query": cls.query | cls.query_2,
            "res.users": cls.users[EMPLOYEE],
            "product.template": (cls.printer | cls.base | cls.mono).product_tmpl_id,
            "product.product": cls.printer | cls.base | cls.mono,
            "stock.lot": cls.device | cls.device_2 | cls.loose_device,
            "sale.subscription": cls.agreement | cls.agreement_2,
            "sale.subscription.line": (cls.agreement | cls.agreement_2).sale_subscription_line_ids,
            "account.move": cls.invoice | cls.invoice_2,
            "account.move.line": (cls.invoice | cls.invoice_2).invoice_line_ids,
            "account.bank.statement.line": cls.statement_line,
            "ir.attachment": cls.annex | cls.draft.attachment_id,
        }
        records = cls.env[model].sudo()
        if model in cls.wizards:
            return cls.wizards[model]
        if model in extended:
            return extended[model]
        if records._abstract or records._transient or "company_id" not in records._fields:
            return records
        return records.search([("company_id", "=", cls.company.id)])


def kind_of(user):
    """:return: the kind of a user of the world: “billing of B” is a billing user"""
    return user.split(" of ")[0].split(" 2")[0]


class AccessWorld:
    """``a`` and ``b`` are the resellers; ``users`` all users of ``a``, the public one, and those of ``b`` who bill."""

    @classmethod
    def _make_world(cls):
        cls.a = Reseller.make(cls.env, "North")
        cls.b = Reseller.make(cls.env, "South")
        both = cls.a._user(
            "xpps_both",
            *GROUPS[BILLING],
            company_ids=[Command.set((cls.a.company | cls.b.company).ids)],
        )
        cls.users = {
            PUBLIC: cls.env.ref("base.public_user"),
            **cls.a.users,
            f"{BILLING} of both": both,
            f"{BILLING} of B": cls.b.users[BILLING],
            f"{MANAGER} of B": cls.b.users[MANAGER],
        }
        cls.env.invalidate_all()

    @classmethod
    def _env_of(cls, name, **context):
        """The environment that a user of the world works in: one company, A's but for those of B."""
        user = cls.users[name]
        companies = user.company_id if name == PUBLIC else cls.b.company if name.endswith("of B") else cls.a.company
        return cls.env(user=user, su=False, context={"allowed_company_ids": companies.ids, **context})

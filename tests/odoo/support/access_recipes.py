# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What a client has to give to create a record of a model: values of ``reseller``'s own records, and no more."""

from odoo import Command

#: Made by the program, from rows of a report: what such a record has to have no client gives.
NOT_BY_HAND = ("xpps.dispute",)


def recipe(reseller, env, model):
    """:return: values that ``create`` of a model takes, or None where nobody of the world can create any"""
    maker = RECIPES.get(model)
    return maker(reseller, env) if maker else None


def _charge(reseller, env):
    return {
        "subscription_id": reseller.agreement.id,
        "product_id": reseller.mono.id,
        "name": "Pages by hand",
        "quantity": 10,
        "unit_price": 0.02,
    }


def _file(reseller, env):
    attachment = env["ir.attachment"].create({"name": "mine.xml", "raw": b"<mine/>"})
    return {"attachment_id": attachment.id, "file_name": "mine.xml"}


def _format(reseller, env):
    shipped = reseller.records_of("xpps.file.format")[:1]
    return shipped.copy_data({"name": "Mine", "company_id": reseller.company.id})[0]


def _format_field(reseller, env):
    file_format = reseller.records_of("xpps.file.format")[:1]
    return {"format_id": file_format.id, "part": "device", "name": "location", "path": "Mine"}


def _wizard(name):
    """A row of the open wizard: another one of the same."""

    def values(reseller, env):
        row = reseller.wizards[name][:1]
        return row.copy_data()[0]

    return values


RECIPES = {
    "sale.subscription.charge": _charge,
    "sale.subscription.charge.default": lambda reseller, env: {
        "subscription_id": reseller.agreement_2.id,
        "product_id": reseller.color.id,
    },
    "xpps.agreement.payer": lambda reseller, env: {
        "subscription_id": reseller.agreement_2.id,
        "partner_id": reseller.partner_2.id,
    },
    "xpps.billing.file": _file,
    "xpps.billing.run": lambda reseller, env: {
        "period_start": "2026-05-01",
        "period_end": "2026-05-31",
        "invoice_date": "2026-06-03",
    },
    "xpps.cutoff": lambda reseller, env: {"date": "2026-05-31"},
    "xpps.dispute": lambda reseller, env: {
        "reason": "Mine",
        "company_id": reseller.company.id,
        "currency_id": reseller.usd.id,
    },
    "xpps.device.assignment": lambda reseller, env: {
        "device_id": reseller.loose_device.id,
        "partner_id": reseller.customer.id,
        "subscription_id": reseller.agreement.id,
        "subscription_line_id": reseller.base_line.id,
        "date_from": "2024-01-01",
        "date_to": "2024-02-01",
    },
    "xpps.page.group": lambda reseller, env: {"name": "Mine", "mono_weight": 1, "company_id": reseller.company.id},
    "xpps.page.plan": lambda reseller, env: {
        "name": "Mine",
        "subscription_id": reseller.agreement_2.id,
        "group_id": reseller.plan.group_id.id,
        "product_id": reseller.color.id,
    },
    "xpps.page.plan.model": lambda reseller, env: {
        "plan_id": reseller.plan.id,
        "product_tmpl_id": reseller.spare_printer.product_tmpl_id.id,
    },
    "xpps.page.plan.tier": lambda reseller, env: {"plan_id": reseller.plan.id, "from_pages": 500},
    "xpps.page.waive.wizard": lambda reseller, env: {"reason": "Mine"},
    "xpps.price.rule": lambda reseller, env: {"subscription_id": reseller.spare_agreement.id, "base_percent": 2},
    "xpps.price.propose.wizard": lambda reseller, env: {},
    "xpps.price.reason.wizard": lambda reseller, env: {"reason": "Mine"},
    "xpps.price.level": lambda reseller, env: {"name": "Mine", "company_id": reseller.company.id},
    "xpps.material.mapping": lambda reseller, env: {
        "company_id": reseller.company.id,
        "product_tmpl_id": reseller.spare_printer.product_tmpl_id.id,
    },
    "xpps.rate.card": lambda reseller, env: {
        "name": "Mine",
        "company_id": reseller.company.id,
        "currency_id": reseller.usd.id,
    },
    "xpps.rate.paste.wizard": lambda reseller, env: {"card_id": reseller.rate_card.id},
    "xpps.rate.card.line": lambda reseller, env: {
        "card_id": reseller.rate_card.id,
        "device_id": reseller.device_2.id,
        "component": "mono",
        "unit_cost": 0.004,
    },
    "xpps.blocking.warning": lambda reseller, env: {"code": "read_gap", "company_id": reseller.company.id},
    "xpps.holding.flag": lambda reseller, env: {"flag": "read_gap", "company_id": reseller.company.id},
    "xpps.component.account": lambda reseller, env: {"component": "color", "company_id": reseller.company.id},
    "xpps.output.name": lambda reseller, env: {
        "output_type": "color",
        "name": "Mine",
        "company_id": reseller.company.id,
    },
    "xpps.file.format": _format,
    "xpps.file.format.field": _format_field,
    "xpps.import.wizard": lambda reseller, env: {"file_name": "mine.xml"},
    "xpps.health.snooze.wizard": lambda reseller, env: {"reason": "Mine"},
    "xpps.agreement.copy.wizard": lambda reseller, env: {"subscription_id": reseller.agreement.id},
    "xpps.agreement.resume.wizard": lambda reseller, env: {"subscription_id": reseller.agreement.id},
    "xpps.service.replace.wizard": lambda reseller, env: {
        "subscription_line_id": reseller.base_line.id,
        "product_id": reseller.base.id,
    },
    "xpps.device.add.wizard": lambda reseller, env: {
        "subscription_id": reseller.agreement.id,
        "product_id": reseller.printer.id,
    },
    "xpps.device.move.wizard": lambda reseller, env: {
        "device_ids": [Command.set(reseller.device.ids)],
        "subscription_id": reseller.agreement.id,
    },
    "xpps.device.remove.wizard": lambda reseller, env: {"device_ids": [Command.set(reseller.device.ids)]},
    "xpps.device.swap.wizard": lambda reseller, env: {"device_id": reseller.device.id, "serial": "SN-66"},
    "xpps.device.create.wizard": lambda reseller, env: {"billing_file_id": reseller.draft.id},
    "xpps.device.assign.wizard": lambda reseller, env: {"billing_file_id": reseller.draft.id},
    "xpps.file.format.wizard": lambda reseller, env: {"file_name": "mine.xml"},
    "xpps.billing.run.release": lambda reseller, env: {
        "line_ids": [Command.set(reseller.run.line_ids[:1].ids)],
        "reason": "Mine",
    },
    "xpps.webhook": lambda reseller, env: {
        "name": "Mine",
        "url": "https://mine.example.com/",
        "secret": "0123456789abcdef",
        "user_id": False,
    },
    "xpps.usage.alert.rule": lambda reseller, env: {"kind": "no_read", "threshold": 77},
    "xpps.vendor.report.wizard": lambda reseller, env: {},
    "xpps.back.test.wizard": lambda reseller, env: {"agreement_ids": [Command.set(reseller.agreement.ids)]},
    "xpps.back.test.tier": lambda reseller, env: {
        "terms_id": reseller.wizards["xpps.back.test.terms"][:1].id,
        "from_pages": 7,
    },
    **{
        name: _wizard(name)
        for name in (
            "xpps.agreement.copy.wizard.line",
            "xpps.back.test.terms",
            "xpps.device.add.wizard.row",
            "xpps.device.assign.wizard.row",
            "xpps.device.create.wizard.row",
            "xpps.device.remove.wizard.read",
            "xpps.device.swap.wizard.read",
            "xpps.file.format.wizard.column",
            "xpps.file.format.wizard.place",
            "xpps.import.wizard.mapping",
        )
    },
    "stock.lot": lambda reseller, env: {
        "name": "SN-77",
        "product_id": reseller.printer.id,
        "company_id": reseller.company.id,
    },
    "sale.subscription": lambda reseller, env: {
        "partner_id": reseller.customer.id,
        "template_id": reseller.template.id,
        "pricelist_id": reseller.pricelist.id,
        "is_xpps": True,
    },
    "sale.subscription.line": lambda reseller, env: {
        "sale_subscription_id": reseller.agreement.id,
        "product_id": reseller.base.id,
    },
    "account.move": lambda reseller, env: {"move_type": "out_invoice", "partner_id": reseller.customer.id},
    "account.move.line": lambda reseller, env: {
        "move_id": reseller.by_hand_invoice.id,
        "name": "Mine",
        "price_unit": 1,
    },
    "res.partner": lambda reseller, env: {"name": "Mine"},
    "product.template": lambda reseller, env: {"name": "Mine"},
}

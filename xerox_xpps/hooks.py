# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo.tools import SQL

#: Models of other addons whose demo records documents refer to.
SHARED_MODELS = (
    "product.pricelist",
    "product.pricelist.item",
    "product.product",
    "product.template",
    "res.partner",
    "sale.subscription",
    "sale.subscription.line",
    "sale.subscription.template",
    "stock.lot",
)


def post_init_hook(env):
    """Make what the first agreement needs."""
    env["res.company"]._xpps_start()


def uninstall_hook(env):
    """Clear the way for Odoo, which deletes a module's records one model after the other and logs each failure.

    What refers to devices and products goes first. Demo customers, products and agreements that were billed are
    handed over to the user: their invoices stay, so they have to stay, too.
    """
    billed = env["account.move"].search_count([("subscription_id.is_xpps", "=", True)], limit=1)
    ordered = env["sale.order"].search_count([("order_subscription_id.is_xpps", "=", True)], limit=1)
    bought = env["xpps.billing.file"].search_count([("vendor_bill_id", "!=", False)], limit=1)
    if billed or ordered or bought:
        data = env["ir.model.data"].search([("module", "=", "xerox_xpps"), ("model", "in", SHARED_MODELS)])
        data.unlink()
    for model in (
        "xpps.rate.card.line",
        "sale.subscription.charge",
        "sale.subscription.charge.default",
        "xpps.meter.read",
        "xpps.customer.entry",
    ):
        env.cr.execute(SQL("DELETE FROM %s", SQL.identifier(env[model]._table)))
    env["xpps.material.mapping"].search([]).unlink()
    # Without the addon nothing tells a master agreement from other subscriptions, which all have a customer.
    masters = env["sale.subscription"].with_context(active_test=False).search([("partner_id", "=", False)])
    masters.filtered(lambda master: not master._xpps_uses()).unlink()
    env.invalidate_all()

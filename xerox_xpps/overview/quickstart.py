# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The way from an empty database to the first month, in ten steps."""

from functools import cached_property

from odoo.fields import Domain
from odoo.tools.misc import formatLang

from ..common.constants import BASE_ROLES
from ..common.plural import plural
from ..rules import in_stock_domain
from .code_gaps import count_mapped_models

#: Types of the sample file that can be downloaded; see the controller.
SAMPLE_TYPES = ("xml", "csv", "xlsx")


class QuickStart:
    """What of the set-up of a company is done, as its data say.

    :param company: res.company, with the user's rights, which decide on what there is to open
    """

    def __init__(self, company):
        self.env = company.env
        # How far the company is does not depend on what the user may see of it.
        self.company = company.sudo()
        self.all = self.company.env
        self.of_company = Domain("company_id", "=", company.id)
        self.parents = [False, *self.company.parent_ids.ids]

    def build(self):
        """:return: [{"key", "label", "hint", "done", "count", "buttons", "links"}]

        ``count`` is a text, or "" where there is nothing to count yet. ``buttons`` are {"label", "action"} or {"label",
        "method"} of what the user may do, the first one first; an action is as in ``Section``, a method one of
        ``xpps.quickstart``. ``links`` are {"label", "url"}.
        """
        env = self.env
        return [
            {"key": key, "label": label, "links": [], **method()}
            for key, label, method in (
                ("company", env._("Currency and Xerox as vendor"), self._company),
                ("format", env._("File format"), self._format),
                ("levels", env._("Price levels"), self._levels),
                ("models", env._("Printer models"), self._models),
                ("codes", env._("Material codes"), self._codes),
                ("services", env._("Base services and bundles"), self._services),
                ("master", env._("Templates and a master agreement"), self._master),
                ("agreements", env._("Customers and agreements"), self._agreements),
                ("devices", env._("Devices"), self._devices),
                ("month", env._("First month"), self._month),
            )
        ]

    def is_done(self):
        """Whether the first month is: devices and models that come later are daily work, and no set-up."""
        return self._month()["done"]

    # The steps

    def _company(self):
        env, vendor = self.env, self.company._xpps_vendor_settings().xpps_vendor_id
        currency = self.company.currency_id.name
        if vendor:
            hint = env._(
                "You invoice in %(currency)s, and Xerox's bills are those of vendor %(vendor)s.",
                currency=currency,
                vendor=vendor.name,
            )
        else:
            hint = env._("You invoice in %s. Choose the vendor whose bills are Xerox's.", currency)
        buttons = [self._button(env._("Open"), "action_xpps_settings", "xpps.settings")]
        return self._step(hint, vendor, "", buttons)

    def _format(self):
        env = self.env
        count = sum(self.files.values())
        buttons = [
            self._button(env._("Import Billing File"), "action_xpps_import_wizard", "xpps.billing.file"),
            self._button(env._("File Formats"), "action_xpps_file_format", "xpps.file.format"),
        ]
        if not count and env["xpps.billing.file"].has_access("create"):
            buttons.insert(1, {"label": env._("Use the Sample File"), "method": "use_sample"})
        text = plural(count, env._("1 file read"), env._("%s files read", self._number(count)))
        return self._step(
            env._("Choose Xerox's billing file to see whether it can be read. There is a sample to try it with."),
            count,
            text,
            buttons,
        ) | {"links": [{"label": kind.upper(), "url": f"/xerox_xpps/sample/{kind}"} for kind in SAMPLE_TYPES]}

    def _levels(self):
        env = self.env
        count = self.all["xpps.price.level"].search_count([("company_id", "in", self.parents)])
        return self._step(
            env._("Printer models of one price level share the material codes that bill their pages."),
            count,
            plural(count, env._("1 price level"), env._("%s price levels", self._number(count))),
            [self._button(env._("Open"), "action_xpps_price_level", "xpps.price.level")],
        )

    def _models(self):
        env = self.env
        count = len(self.models)
        return self._step(
            env._("Enter each model with Xerox's model number, so that its devices are recognized, and a price level."),
            count,
            plural(count, env._("1 model"), env._("%s models", self._number(count))),
            [self._button(env._("Open"), "action_xpps_printer", "product.template")],
        )

    def _codes(self):
        env, total = self.env, len(self.models)
        mapped = count_mapped_models(self.models, self.company)
        counts = {"mapped": self._number(mapped), "total": self._number(total)}
        return self._step(
            env._("Each type of pages that a model or its price level bills needs a material code with a price."),
            total and mapped == total,
            plural(
                total,
                env._("%(mapped)s of 1 model mapped", **counts),
                env._("%(mapped)s of %(total)s models mapped", **counts),
            ),
            [
                self._button(env._("Open"), "action_xpps_material_mapping", "xpps.material.mapping"),
                self._button(
                    env._("Material Codes"), "action_xpps_service", "product.template", search_default_material_codes=1
                ),
            ],
        )

    def _services(self):
        env = self.env
        count = self.all["product.template"].search_count(
            [("xpps_role", "in", BASE_ROLES), ("company_id", "in", self.parents)]
        )
        return self._step(
            env._(
                "They bill the monthly base price of a device. A bundle bills a service fee and a supply fee as one."
            ),
            count,
            plural(count, env._("1 service"), env._("%s services", self._number(count))),
            [self._button(env._("Open"), "action_xpps_service", "product.template", search_default_base_prices=1)],
        )

    def _master(self):
        env = self.env
        masters = sum(count for (is_master, _running), count in self.agreements.items() if is_master)
        templates = self.all["sale.subscription.template"].search_count([], limit=1)
        return self._step(
            env._(
                "A template says how often, and as what, agreements are invoiced; a master agreement is copied to "
                "customers."
            ),
            masters and templates,
            plural(masters, env._("1 master agreement"), env._("%s master agreements", self._number(masters))),
            [
                self._button(env._("Open"), "action_xpps_master_agreement", "sale.subscription"),
                self._button(
                    env._("Templates"),
                    "subscription_oca.sale_subscription_template_act_window",
                    "sale.subscription.template",
                ),
            ],
        )

    def _agreements(self):
        env = self.env
        counts = {running: count for (is_master, running), count in self.agreements.items() if not is_master}
        total, running = sum(counts.values()), counts.get(True, 0)
        texts = {"running": self._number(running), "total": self._number(total)}
        return self._step(
            env._("Copy the master agreement to your customers, and start the copies."),
            running,
            plural(
                total,
                env._("%(running)s of 1 agreement running", **texts),
                env._("%(running)s of %(total)s agreements running", **texts),
            ),
            [
                self._button(env._("Open"), "action_xpps_agreement", "sale.subscription"),
                self._button(env._("Customers"), "action_xpps_customer", "res.partner"),
            ],
        )

    def _devices(self):
        env = self.env
        active = Domain("is_xpps_device", "=", True) & Domain("xpps_state", "=", "active") & self.of_company
        ((total, billed),) = self.all["stock.lot"]._read_group(
            active & ~in_stock_domain(), [], ["__count", "xpps_subscription_line_id:count"]
        )
        counts = {"billed": self._number(billed), "total": self._number(total)}
        return self._step(
            env._("Add them to their agreements, or create them from a billing file that names them."),
            total and billed == total,
            plural(
                total,
                env._("%(billed)s of 1 device billed", **counts),
                env._("%(billed)s of %(total)s devices billed", **counts),
            ),
            [self._button(env._("Open"), "action_xpps_device", "stock.lot")],
        )

    def _month(self):
        env = self.env
        draft, lines = Domain("state", "=", "draft"), Domain("xpps_subscription_id", "!=", False)
        imported = sum(count for (state, _bill), count in self.files.items() if state == "imported")
        has = self._has
        posted = has("account.move.line", lines & Domain("parent_state", "=", "posted"))
        tasks = (
            (env._("import"), imported),
            (env._("approve"), posted or (imported and not has("sale.subscription.charge", draft))),
            (env._("invoice"), posted or has("account.move.line", lines & Domain("parent_state", "=", "draft"))),
            (env._("post"), posted),
            # Later months are looked after by the overview.
            (env._("check Xerox's bill"), self.files.get(("imported", "equal")) or imported > 1),
        )
        left = [name for name, done in tasks if not done]
        if left:
            hint = env._("The overview leads through the month. Left to do: %s.", ", ".join(left))
        else:
            hint = env._("The overview leads through each month.")
        return self._step(
            hint,
            not left,
            env._("%(done)s of %(total)s done", done=len(tasks) - len(left), total=len(tasks)),
            [self._button(env._("Open"), "action_xpps_overview", "xpps.billing.file")],
        )

    # What they ask for

    @cached_property
    def files(self):
        """:return: {(state, vendor_bill_state): number of files that could be read}"""
        domain = self.of_company & Domain("state", "!=", "cancelled") & Domain("is_unusable", "=", False)
        groups = self.all["xpps.billing.file"]._read_group(domain, ["state", "vendor_bill_state"], ["__count"])
        return {(state, bill): count for state, bill, count in groups}

    @cached_property
    def models(self):
        """:return: product.template, the printer models of the company"""
        return self.all["product.template"].search_fetch(
            [("is_xpps_printer", "=", True), ("company_id", "in", self.parents)],
            ["xpps_model_number", "xpps_price_level_id"],
        )

    @cached_property
    def agreements(self):
        """:return: {(whether it is a master, whether it runs): number}"""
        groups = self.all["sale.subscription"]._read_group(
            self.of_company & Domain("is_xpps", "=", True), ["is_xpps_master", "in_progress"], ["__count"]
        )
        return {(is_master, running): count for is_master, running, count in groups}

    def _has(self, model, domain):
        return bool(self.all[model].search_count(self.of_company & domain, limit=1))

    def _step(self, hint, done, count, buttons):
        return {
            "hint": hint,
            "done": bool(done),
            "count": count,
            "buttons": [button for button in buttons if button],
        }

    def _button(self, label, xmlid, model, **context):
        """A button that opens an action, for whoever may make what it is about."""
        if not self.env[model].has_access("create"):
            return None
        xmlid = xmlid if "." in xmlid else f"xerox_xpps.{xmlid}"
        return {"label": label, "action": {"xmlid": xmlid, "add": context}}

    def _number(self, number):
        return formatLang(self.env, number, digits=0)

# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The way from an empty database to the first month, in ten steps."""

from functools import cached_property

from odoo.fields import Domain
from odoo.tools.misc import formatLang

from ..common.constants import BASE_ROLES
from ..common.plural import plural
from ..rules import in_stock_domain, started_domain

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
        buttons = [self._button(env._("Show"), "action_xpps_settings", "xpps.settings")]
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
            [self._button(env._("Show"), "action_xpps_price_level", "xpps.price.level")],
        )

    def _models(self):
        env = self.env
        count = sum(count for (is_printer, _role), count in self.products.items() if is_printer)
        return self._step(
            env._(
                "Enter each model with Xerox's model number, so that its devices are recognized, and a price level. "
                "Those that a billing file names can be created from it."
            ),
            count,
            plural(count, env._("1 model"), env._("%s models", self._number(count))),
            [
                self._from_file("product.template"),
                self._button(env._("Show"), "action_xpps_printer", "product.template"),
            ],
        )

    def _codes(self):
        env = self.env
        grid = self.all["xpps.options.row"]._counts(self.company)
        mapped, gaps, unpriced = grid["mapped"], grid["gaps"], grid["unpriced"]
        counts = {"mapped": self._number(mapped), "total": self._number(mapped + gaps)}
        hint = env._("Each type of pages that a model or its price level bills needs a material code with a price.")
        if unpriced:
            hint = plural(
                unpriced,
                env._("Each type of pages needs a material code with a price. 1 price is missing."),
                env._(
                    "Each type of pages needs a material code with a price. %s prices are missing.",
                    self._number(unpriced),
                ),
            )
        return self._step(
            hint,
            mapped and not gaps,
            plural(
                mapped + gaps,
                env._("%(mapped)s of 1 type of pages mapped", **counts),
                env._("%(mapped)s of %(total)s types of pages mapped", **counts),
            ),
            [
                gaps and self._method(env._("Create Missing Codes"), "create_missing_codes", "product.template"),
                unpriced
                and self._button(
                    env._("Enter Prices"), "action_xpps_code_price", "product.template", search_default_price_missing=1
                ),
                self._button(env._("Options Grid"), "action_xpps_options_row", "xpps.material.mapping"),
                self._button(
                    env._("Material Codes"), "action_xpps_service", "product.template", search_default_material_codes=1
                ),
            ],
        )

    def _services(self):
        env = self.env
        count = sum(count for (_is_printer, role), count in self.products.items() if role in BASE_ROLES)
        return self._step(
            env._(
                "They bill the monthly base price of a device. A bundle bills a service fee and a supply fee as one."
            ),
            count,
            plural(count, env._("1 service"), env._("%s services", self._number(count))),
            [
                not count and self._button(env._("New Base Price"), "action_xpps_new_base_price", "product.template"),
                self._button(env._("Show"), "action_xpps_service", "product.template", search_default_base_prices=1),
            ],
        )

    def _master(self):
        env = self.env
        masters = self.agreements.get(True, 0)
        templates = self.all["sale.subscription.template"].search_count([], limit=1)
        return self._step(
            env._(
                "A template says how often, and as what, agreements are invoiced; a master agreement is copied to "
                "customers."
            ),
            masters and templates,
            plural(masters, env._("1 master agreement"), env._("%s master agreements", self._number(masters))),
            [
                not masters
                and self._button(
                    env._("New Master Agreement"), "action_xpps_new_master_agreement", "sale.subscription"
                ),
                self._button(env._("Show"), "action_xpps_master_agreement", "sale.subscription"),
                self._button(
                    env._("Templates"),
                    "subscription_oca.sale_subscription_template_act_window",
                    "sale.subscription.template",
                ),
            ],
        )

    def _agreements(self):
        env, total = self.env, self.agreements.get(False, 0)
        ours = self.of_company & Domain("is_xpps", "=", True) & Domain("is_xpps_master", "=", False)
        started = self.all["sale.subscription"].search_count(ours & started_domain())
        texts = {"started": self._number(started), "total": self._number(total)}
        return self._step(
            env._(
                "Copy the master agreement to your customers, and start the copies. For customers that a billing file "
                "names, both can be done at once."
            ),
            started,
            plural(
                total,
                env._("%(started)s of 1 agreement started", **texts),
                env._("%(started)s of %(total)s agreements started", **texts),
            ),
            [
                self._from_file("sale.subscription"),
                self._button(env._("Show"), "action_xpps_agreement", "sale.subscription"),
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
            [self._from_file("stock.lot"), self._button(env._("Show"), "action_xpps_device", "stock.lot")],
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
            [
                self.drafts and self._method(env._("Open the File"), "open_draft", "xpps.billing.file"),
                self._button(env._("Show"), "action_xpps_overview", "xpps.billing.file"),
            ],
        )

    # What they ask for

    @cached_property
    def files(self):
        """:return: {(state, vendor_bill_state): number of files that could be read}"""
        domain = self.of_company & Domain("state", "!=", "cancelled") & Domain("is_unusable", "=", False)
        groups = self.all["xpps.billing.file"]._read_group(domain, ["state", "vendor_bill_state"], ["__count"])
        return {(state, bill): count for state, bill, count in groups}

    @cached_property
    def products(self):
        """:return: {(whether it is a printer model, its XPPS role): number of products}"""
        groups = self.all["product.template"]._read_group(
            Domain("company_id", "in", self.parents)
            & (Domain("is_xpps_printer", "=", True) | Domain("xpps_role", "!=", False)),
            ["is_xpps_printer", "xpps_role"],
            ["__count"],
        )
        return {(is_printer, role): count for is_printer, role, count in groups}

    @cached_property
    def agreements(self):
        """:return: {whether they are masters: number}"""
        ours = self.of_company & Domain("is_xpps", "=", True)
        return dict(self.all["sale.subscription"]._read_group(ours, ["is_xpps_master"], ["__count"]))

    @property
    def drafts(self):
        """:return: number of files that could be read and are not imported yet"""
        return sum(count for (state, _bill), count in self.files.items() if state == "draft")

    @cached_property
    def has_unknown(self):
        """:return: whether a file that is not imported yet names devices that nobody knows"""
        domain = Domain("billing_file_id.state", "=", "draft") & Domain("device_fix", "=", "create")
        return bool(self.drafts) and self._has("xpps.billing.file.line", domain)

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

    def _method(self, label, method, model):
        """A button that calls a method of ``xpps.quickstart``, for whoever may make what it is about."""
        return {"label": label, "method": method} if self.env[model].has_access("create") else None

    def _from_file(self, model):
        """The button that makes of a file what only the file knows, as long as there is such a file."""
        return self.has_unknown and self._method(self.env._("Create from the File"), "create_from_file", model)

    def _number(self, number):
        return formatLang(self.env, number, digits=0)

# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""How tests make their records, in the company that ``cls.env`` works in."""

from dateutil.relativedelta import relativedelta

from odoo import Command, fields

from .companies import take_company

PRINTER = "XPPS Test Printer"


class Records:
    """A reseller with a customer, an agreement and a printer; no demo data is used.

    The company is one of its own, in USD, and nothing has taxes unless a test adds some. ``agreement`` of
    ``customer`` has one base price line and bills ``device`` (serial SN-1), a printer whose Mono pages are the
    material ``mono`` at 0.01 and whose Color pages are ``color`` at 0.08.
    """

    @classmethod
    def _make_reseller(cls, name="XPPS Test Reseller"):
        cls.usd = cls.env.ref("base.USD")
        cls.eur = cls.env.ref("base.EUR")
        cls.eur.active = True
        if not cls.eur.rate_ids.filtered(lambda rate: not rate.company_id):
            # One to one where a test enters no rate of its own: without any, nothing can be converted.
            rate = {"name": "2000-01-01", "rate": 1, "currency_id": cls.eur.id, "company_id": False}
            cls.env["res.currency.rate"].create(rate)
        cls.company = cls._company(name)
        # Cron jobs of the subscriptions go by the day in UTC, screens by the user's: tests have one today at any hour.
        cls.env = cls.env(context=dict(cls.env.context, allowed_company_ids=cls.company.ids, tz="UTC"))
        cls.pricelist = cls._pricelist("XPPS Test Prices")
        cls.template = cls._template("draft")
        cls.customer = cls._partner("XPPS Test Customer")
        cls.base, cls.mono, cls.color, cls.printer = cls._products(
            cls._service_values("XPPS Base Price", "base_price", 30),
            cls._service_values("Mono Pages", "material_code", 0.01),
            cls._service_values("Color Pages", "material_code", 0.08),
            cls._printer_values(PRINTER),
        )
        cls.mapping = cls._mapping(cls.printer, mono=cls.mono, color=cls.color)
        cls.agreement = cls._agreement()
        cls.base_line = cls.agreement.sale_subscription_line_ids
        cls.device = cls._device("SN-1")

    @classmethod
    def _company(cls, name, currency=None):
        return take_company(cls.env, name, currency or cls.usd)

    @classmethod
    def _pricelist(cls, name, currency=None, **prices):
        """``prices``: product.product by attribute name of the class, such as mono=0.02."""
        return cls.env["product.pricelist"].create(
            {
                "name": name,
                "currency_id": (currency or cls.usd).id,
                "company_id": cls.env.company.id,
                "item_ids": [
                    Command.create(
                        {
                            "applied_on": "0_product_variant",
                            "product_id": getattr(cls, product).id,
                            "compute_price": "fixed",
                            "fixed_price": price,
                        }
                    )
                    for product, price in prices.items()
                ],
            }
        )

    @classmethod
    def _template(cls, mode, **values):
        return cls.env["sale.subscription.template"].create(
            {"name": f"XPPS Test {mode}", "code": "XT", "invoicing_mode": mode, **values}
        )

    @classmethod
    def _partner(cls, name, **values):
        return cls.env["res.partner"].create({"name": name, "email": "customer@example.com", **values})

    @classmethod
    def _service(cls, *args, **values):
        return cls._products(cls._service_values(*args, **values))

    @classmethod
    def _printer(cls, name, **values):
        return cls._products(cls._printer_values(name, **values))

    @classmethod
    def _products(cls, *values):
        """Each class has some, and no test looks at what their chatter says of how they were made."""
        products = cls.env["product.product"].with_context(tracking_disable=True)
        return products.create(list(values)).with_env(cls.env)

    @staticmethod
    def _service_values(name, role=False, price=0.0, **values):
        return {
            "name": name,
            "type": "service",
            "xpps_role": role,
            "list_price": price,
            "taxes_id": False,
            "invoice_policy": "order",
            **values,
        }

    @staticmethod
    def _printer_values(name, **values):
        return {
            "name": name,
            "type": "consu",
            "is_storable": True,
            "tracking": "serial",
            "is_xpps_printer": True,
            **values,
        }

    @classmethod
    def _mapping(cls, owner, **materials):
        """Material codes of a printer model or price level."""
        owner_field = "price_level_id" if owner._name == "xpps.price.level" else "product_tmpl_id"
        owner_id = owner.product_tmpl_id.id if owner._name == "product.product" else owner.id
        values = {f"{output_type}_product_id": product.id for output_type, product in materials.items()}
        return cls.env["xpps.material.mapping"].create(
            {"company_id": cls.env.company.id, owner_field: owner_id, **values}
        )

    @classmethod
    def _agreement(cls, services=None, running=True, next_date="2026-02-01", **values):
        """An agreement that bills ``services`` (default: the base price), running since 2025."""
        services = cls.base if services is None else services
        agreement = cls.env["sale.subscription"].create(
            {
                "is_xpps": True,
                "partner_id": cls.customer.id,
                "template_id": cls.template.id,
                "pricelist_id": cls.pricelist.id,
                "date_start": "2025-01-01",
                "sale_subscription_line_ids": [Command.create({"product_id": product.id}) for product in services],
                **values,
            }
        )
        if running:
            agreement.action_start_subscription()
            agreement.recurring_next_date = next_date
        return agreement

    @classmethod
    def _device(cls, serial, agreement=None, **values):
        agreement = cls.agreement if agreement is None else agreement
        lines = agreement.sale_subscription_line_ids.filtered("product_id.xpps_role")
        return cls.env["stock.lot"].create(
            {
                "name": serial,
                "product_id": cls.printer.id,
                "company_id": cls.env.company.id,
                "is_xpps_device": True,
                "xpps_partner_id": agreement.partner_id.id,
                "xpps_subscription_id": agreement.id,
                "xpps_subscription_line_id": lines[:1].id,
                **values,
            }
        )

    @classmethod
    def _charge(cls, quantity=100, unit_price=0.01, state="approved", **values):
        """A charge that no file made, approved unless said otherwise."""
        return cls.env["sale.subscription.charge"].create(
            {
                "subscription_id": cls.agreement.id,
                "product_id": cls.mono.id,
                "device_id": cls.device.id,
                "output_type": "mono",
                "period_start": "2026-01-01",
                "period_end": "2026-01-31",
                "name": "Mono Pages",
                "quantity": quantity,
                "unit_price": unit_price,
                "unit_cost": 0.005,
                "state": state,
                **values,
            }
        )

    @classmethod
    def _two_reads(cls, included, **values):
        """1,500 Mono pages of the device in January, and again in February."""
        return cls.env["xpps.meter.read"].create(
            [
                {
                    "device_id": cls.device.id,
                    "company_id": cls.company.id,
                    "partner_id": cls.customer.id,
                    "subscription_id": cls.agreement.id,
                    "output_type": "mono",
                    "period_start": f"2026-0{month}-01",
                    "period_end": f"2026-0{month}-28",
                    "previous_read": 1500 * (month - 1),
                    "current_read": 1500 * month,
                    "included": included,
                    **values,
                }
                for month in (1, 2)
            ]
        )

    @classmethod
    def _default(cls, product=None, agreement=None, **values):
        return cls.env["sale.subscription.charge.default"].create(
            {
                "subscription_id": (agreement or cls.agreement).id,
                "product_id": (product or cls.mono).id,
                **values,
            }
        )

    @classmethod
    def _increases(cls, agreements):
        """Increases of 3 % that are proposed, two months from now. :return: xpps.price.change, in the same order"""
        cls.company.xpps_escalators = True
        first = fields.Date.today() + relativedelta(months=2, day=1)
        rules = cls.env["xpps.price.rule"].create(
            [
                {"subscription_id": agreement.id, "base_percent": 3, "page_percent": 3, "date_from": first}
                for agreement in agreements
            ]
        )
        return rules._propose(first)

    @classmethod
    def _user(cls, login, *groups, company=None, **values):
        company = company or cls.company
        # Nobody is told by e-mail to choose a password.
        users = cls.env["res.users"].with_context(no_reset_password=True)
        return users.create(
            {
                "name": login,
                "login": login,
                "email": f"{login}@example.com",
                "company_id": company.id,
                "company_ids": [Command.set(company.ids)],
                "group_ids": [Command.set([cls.env.ref(group).id for group in ("base.group_user", *groups)])],
                **values,
            }
        ).with_env(cls.env)

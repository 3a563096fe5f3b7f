# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The kinds of findings, in the order of the list, and the columns that each rule fills."""

from dataclasses import dataclass

from odoo.tools import SQL

AREA_SELECTION = [
    ("model", "Printer Models and Codes"),
    ("agreement", "Agreements"),
    ("device", "Devices"),
    ("company", "Company"),
]


@dataclass(frozen=True)
class Kind:
    """``model`` is that of the record which is opened; ``rule`` says when it is listed."""

    code: str
    label: str
    area: str
    model: str
    rule: str


KINDS = (
    Kind("vendor_missing", "Vendor Missing", "company", "res.company", "Nobody says who Xerox is as a vendor."),
    Kind(
        "rate_card_ends",
        "Rate Card Ends",
        "company",
        "xpps.rate.card",
        "An active rate card ends within 60 days, or has ended within the last 60, and no card follows with its rates.",
    ),
    Kind(
        "model_no_number",
        "No Model Number",
        "model",
        "product.template",
        "A printer model has no Xerox model number.",
    ),
    Kind(
        "model_number_twice",
        "Model Number Twice",
        "model",
        "product.template",
        "Two printer models have the same Xerox model number.",
    ),
    Kind(
        "model_no_codes",
        "No Material Codes",
        "model",
        "product.template",
        "Neither a printer model nor its price level has any material code.",
    ),
    Kind(
        "code_no_price",
        "Price Missing",
        "model",
        "product.product",
        "A material code had overage, but has no sales price, and the agreement has no price of its own for it.",
    ),
    Kind(
        "agreement_no_device",
        "No Devices",
        "agreement",
        "sale.subscription",
        "A running agreement has no active device.",
    ),
    Kind(
        "agreement_no_service",
        "No Base Service",
        "agreement",
        "sale.subscription",
        "A running agreement has no service that bills base prices.",
    ),
    Kind(
        "agreement_overdue",
        "Next Invoice Date Has Passed",
        "agreement",
        "sale.subscription",
        "The next invoice date of a running agreement is in the past, and it is not paused.",
    ),
    Kind(
        "base_quantity",
        "Quantity Differs from Devices",
        "agreement",
        "sale.subscription.line",
        "A base price of a running agreement is billed for more or fewer devices than it has.",
    ),
    Kind(
        "base_gap",
        "Base Price Not Billed",
        "agreement",
        "sale.subscription",
        "An agreement ran on days whose base price no invoice bills.",
    ),
    Kind(
        "cost_plus_zero",
        "Cost Plus 0%",
        "agreement",
        "sale.subscription.charge.default",
        "The price of a material code on an agreement follows Xerox's cost without any markup.",
    ),
    Kind(
        "plan_agreement_ended",
        "Page Plan of an Ended Agreement",
        "agreement",
        "xpps.page.plan",
        "A page plan goes on, but its agreement has ended.",
    ),
    Kind(
        "plan_code_archived",
        "Page Plan with an Archived Code",
        "agreement",
        "xpps.page.plan",
        "A page plan goes on, but its material code is archived.",
    ),
    Kind(
        "plan_ends",
        "Page Plan Ends",
        "agreement",
        "xpps.page.plan",
        "The page plan of a running agreement ends within 60 days, and no version follows.",
    ),
    Kind(
        "device_no_agreement",
        "No Agreement",
        "device",
        "stock.lot",
        "An active device is on no agreement. One that nobody has and that lies in stock needs none.",
    ),
    Kind(
        "device_no_service",
        "No Service",
        "device",
        "stock.lot",
        "An active device is on an agreement, but no service bills its base price.",
    ),
    Kind(
        "device_no_customer",
        "No Customer",
        "device",
        "stock.lot",
        "An active device is on an agreement, but at no customer.",
    ),
    Kind(
        "device_foreign",
        "Of Another's Service",
        "device",
        "stock.lot",
        "An active device is billed by the service of another agreement, or its agreement is another customer's.",
    ),
    Kind(
        "device_service_ended",
        "Service Has Ended",
        "device",
        "stock.lot",
        "An active device is on an agreement, but its end of service has passed.",
    ),
)

KIND_SELECTION = [(kind.code, kind.label) for kind in KINDS]
BY_CODE = {kind.code: kind for kind in KINDS}

#: What a rule says of a record, besides what it is: {name: type of the column}.
COLUMNS = {
    "product_tmpl_id": "int",
    "device_id": "int",
    "subscription_id": "int",
    "partner_id": "int",
    "since": "date",
    "billed": "float",
    "counted": "int",
    "number": "varchar",
}


def finding(kind, company, record, source, **columns):
    """The query of one rule.

    :param kind: a code of ``KINDS``
    :param SQL company, record: ids of the company, NULL where the record belongs to all, and of the record
    :param SQL source: FROM and WHERE
    :param SQL columns: those of ``COLUMNS`` that the rule knows
    :return: SQL
    """
    return SQL(
        "(SELECT %s::varchar AS kind, %s::int AS company_id, %s::int AS res_id, %s %s)",
        BY_CODE[kind].code,
        company,
        record,
        SQL(", ").join(
            SQL(
                "CAST(%s AS %s) AS %s",
                columns.get(name, SQL("NULL")),
                SQL(type_),
                SQL.identifier(name),
            )
            for name, type_ in COLUMNS.items()
        ),
        source,
    )

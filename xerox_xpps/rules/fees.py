# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""A device's base fees: service and supply. A monthly base price that Xerox does not split counts as the service fee.

Where a correction states only one of the fees, the other one stays as it was: such a record has *standing* fees.
"""

from decimal import Decimal

from odoo.tools import SQL


def is_unsplit(base_price: Decimal | None, base_service: Decimal | None, base_supply: Decimal | None) -> bool:
    """Whether a record states a monthly base price alone.

    >>> is_unsplit(Decimal(25), None, None), is_unsplit(Decimal(25), Decimal(0), None), is_unsplit(None, None, None)
    (True, False, False)
    """
    return base_service is None and base_supply is None and base_price is not None


def service_fee(base_price: Decimal, base_supply: Decimal) -> Decimal:
    """What of a base price is no supply fee.

    >>> service_fee(Decimal("25.00"), Decimal("5.00"))
    Decimal('20.00')
    """
    return base_price - base_supply


def billed_fees(
    base_price: Decimal, base_supply: Decimal, standing_service: Decimal | None, standing_supply: Decimal | None
) -> tuple[Decimal, Decimal]:
    """What Xerox bills with a record: its own fees, or what stands after a correction.

    :return: (service fee, supply fee)

    >>> billed_fees(Decimal(25), Decimal(0), None, None)
    (Decimal('25'), Decimal('0'))
    >>> billed_fees(Decimal(6), Decimal(6), Decimal(20), Decimal(6))
    (Decimal('20'), Decimal('6'))
    """
    return (
        service_fee(base_price, base_supply) if standing_service is None else standing_service,
        base_supply if standing_supply is None else standing_supply,
    )


def billed_fee_sql(component: str, line: str = "line") -> SQL:
    """As ``billed_fees``, one of the two, of a row of ``xpps_billing_file_line``.

    :param component: ``base_service`` or ``base_supply``
    :param line: the table's name in the query
    :return: SQL, never NULL
    """
    column = {
        name: SQL.identifier(line, f"{name}_cost")
        for name in ("base_price", "base_supply", "standing_service", "standing_supply")
    }
    if component == "base_supply":
        return SQL("COALESCE(%(standing_supply)s, %(base_supply)s, 0)", **column)
    return SQL("COALESCE(%(standing_service)s, COALESCE(%(base_price)s, 0) - COALESCE(%(base_supply)s, 0))", **column)

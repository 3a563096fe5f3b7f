# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What the tests of customers' questions share: who asks, and who answers."""

from ...billing_file.builder import build_xml
from .access import BILLING
from .common import record
from .importing import JANUARY
from .portal import Customers
from .records import Records

#: What customers never read: Xerox's numbers, names of files, costs by page and in all, and the fees.
XEROX_NUMBER, AGREEMENT_NUMBER, FILE_NAME = "XRXSECRET77", "PCSECRET", "secretfile.xml"
UNIT_COST, BASE_FEE = "0.031337", "71.93"
SECRETS = (XEROX_NUMBER, AGREEMENT_NUMBER, FILE_NAME, UNIT_COST, BASE_FEE, "3.76", "36.24", "margin", "Xerox Contact")


class Queries(Customers):
    """To be mixed into a test case of ``Records``."""

    @classmethod
    def _clerk(cls, login="xpps_query_clerk", *groups, **values):
        return cls._user(login, *(groups or (BILLING,)), password=login, **values)

    def _as(self, user, records):
        return records.with_user(user).with_context(allowed_company_ids=user.company_ids.ids)

    def _ask(self, line, user, text="Why so many?", device=None):
        """:return: the question, as the program sees it"""
        line = self._as(user, line)
        return line.env["xpps.customer.query"]._ask(line, text, device)[0].with_env(self.env)


class PortalWorld(Queries, Records):
    """``move`` bills the base price and 120 pages of SN-1 (``line``) to a customer, whose portal user is ``mine``.

    What Xerox bills for it is planted so that it is found wherever it shows.
    """

    @classmethod
    def _make_portal_world(cls):
        cls._make_reseller()
        row = record(
            "SN-1",
            MonoPrevious=1000,
            MonoCurrent=1620,
            MonoIncluded=500,
            mono=(120, UNIT_COST),
            BaseServiceFee=BASE_FEE,
            AgreementNumber=AGREEMENT_NUMBER,
        )
        data = build_xml({"InvoiceNumber": XEROX_NUMBER, **JANUARY}, [row])
        file = cls.env["xpps.billing.file"]._create_from_upload(data, FILE_NAME, cls.company, "regular")
        cls.file = file.with_env(cls.env)
        cls.file.action_import()
        cls.file.charge_ids.action_approve()
        cls.agreement.generate_invoice()
        cls.move = cls.agreement.invoice_ids
        cls.move.action_post()
        cls.line = cls.file.charge_ids.invoice_line_ids
        cls.mine = cls._portal_contact(cls.customer, "xpps_portal_mine")
        cls.stranger = cls._portal_contact(cls._partner("Somebody Else"), "xpps_portal_stranger")
        cls.clerk = cls._clerk()
        cls.page = f"/my/invoices/{cls.move.id}"

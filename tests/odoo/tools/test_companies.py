# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The companies that tests take are made once, and are there for each of them."""

from spare_companies import COUNT, NAME, make_company

from ..support.common import XppsCase


class TestCompanies(XppsCase):
    def _take_more_than_there_are(self):
        taken = self.company
        for number in range(COUNT):
            taken |= self._company(f"XPPS Other Reseller {number}")
        self.assertEqual(len(taken), COUNT + 1)
        self.assertFalse(taken.filtered(lambda company: company.name.startswith(NAME) or not company.active))
        for company in taken:
            self.assertEqual((company.currency_id, company.chart_template), (self.usd, "generic_coa"))
            journals = self.env["account.journal"].search([("company_id", "=", company.id)])
            self.assertLessEqual({"sale", "purchase", "bank", "general"}, set(journals.mapped("type")))
        made = taken.filtered(lambda company: company.create_date >= self.env.cr.now().replace(microsecond=0))
        self.assertEqual(made, taken[-1:], "Only the last one is made in this transaction.")

    def test_once(self):
        self._take_more_than_there_are()

    def test_again(self):
        self._take_more_than_there_are()

    def test_as_a_new_one(self):
        """It differs from one that is made now by its number and names only."""
        spare = self._company("XPPS Other Reseller")
        made = make_company(self.env, "XPPS Third Reseller", self.usd)
        own = {"id", "name", "display_name", "complete_name", "commercial_company_name", "create_date", "write_date"}
        own |= {"parent_path"}
        for records in (spare | made, spare.partner_id | made.partner_id):
            # Relations of a company are its own records.
            names = {
                name
                for name, field in records._fields.items()
                if field.store and not field.relational and field.type != "binary"
            }
            first, second = ({name: record[name] for name in names - own} for record in records)
            self.assertEqual(first, second)
        for model in ("account.account", "account.journal", "account.tax", "stock.warehouse"):
            field = "company_ids" if model == "account.account" else "company_id"
            counts = [self.env[model].search_count([(field, "in", company.ids)]) for company in (spare, made)]
            self.assertEqual(counts[0], counts[1], model)

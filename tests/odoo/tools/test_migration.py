# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What an update says of the records that are there."""

import importlib.util

from odoo.tools.misc import file_path

from ..support.common import record
from ..support.importing import ImportCase


def migrate(cr, version, name="migrate"):
    """Run a script of a version."""
    path = file_path(f"xerox_xpps/migrations/{version}/post-{name}.py")
    spec = importlib.util.spec_from_file_location(f"post_{name}", path)
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    script.migrate(cr, version)


class TestKindOfCharges(ImportCase):
    def test_charges_are_known_again(self):
        """Those that imports made before the kind was kept get the one that an import gives them."""
        self._device("SN-2")
        self._default(self.color, price_method="cost_plus", markup_percent=25)
        first = [record("SN-1", mono=(1000, "0.004"), color=(50, "0.04")), record("SN-2", mono=(1000, "0.004"))]
        self._load(first)
        self._correct([record("SN-1", mono=(1200, "0.005"), color=(50, "0.05")), record("SN-2", mono=(0, "0.004"))])
        self._correct([record("SN-1", mono=(1200, "0.006"), color=(70, "0.05"))])
        self._correct([record("SN-2", mono=(900, "0.003"))])
        self._charge()
        charges = self.env["sale.subscription.charge"].search([("company_id", "=", self.company.id)], order="id")
        kinds = charges.mapped("kind")
        self.assertEqual(
            {kind: kinds.count(kind) for kind in set(kinds)}, {"pages": 4, "correction": 4, "cost_correction": 6}
        )
        charges.flush_recordset()
        self.cr.execute("UPDATE sale_subscription_charge SET kind = 'pages'")
        migrate(self.cr, "19.0.1.2.0")
        charges.invalidate_recordset()
        self.assertEqual(charges.mapped("kind"), kinds)


class TestNotStated(ImportCase):
    def test_reads_are_known_again(self):
        """Those that imports made before it was kept what a file states get what an import gives them."""
        for serial in ("SN-2", "SN-3", "SN-4"):
            self._device(serial)
        self._load(
            [
                record(
                    "SN-1", mono=(10, "0.004"), MonoPrevious=0, MonoCurrent=10, MonoIncluded=0, CustomerNumber="C-1"
                ),
                record("SN-2", mono=(10, "0"), MonoCurrent=90, MonoIncluded=80, AgreementNumber="A-1"),
                record("SN-3", mono=(10, None), color=(0, "0.04"), ColorIncluded=0),
                record("SN-4", mono=(10, "0")),
            ]
        )
        # What they do not state is as it was.
        self._correct(
            [
                record("SN-1", MonoOver=20),
                record("SN-2", MonoOver=30),
                record("SN-3", MonoOver=40, ColorOver=5, ColorOverUnitCost="0.04"),
            ]
        )
        self._correct([record("SN-1", MonoOver=30, MonoCurrent=30), record("SN-4", mono=(20, "0.001"), MonoIncluded=0)])
        kept = self._kept()
        for index in (2, 3):
            self.assertEqual({False, True}, {values[index] for values in kept.values()})
        self.cr.execute(
            "UPDATE xpps_meter_read SET previous_read = COALESCE(previous_read, 0), included_stated = NULL,"
            " current_read = COALESCE(current_read, 0), cost_unknown = NULL, xerox_customer_number = NULL,"
            " xerox_agreement_number = NULL"
        )
        self.assertNotEqual(self._kept(), kept)
        migrate(self.cr, "19.0.1.2.0", "not_stated")
        migrate(self.cr, "19.0.1.2.0", "billed_to")
        self.assertEqual(self._kept(), kept)

    def _kept(self):
        """{read id: what the database has of it}; the ORM has 0 for what is not known"""
        self.env.flush_all()
        self.env.invalidate_all()
        self.cr.execute(
            "SELECT id, previous_read, current_read, COALESCE(included_stated, FALSE), COALESCE(cost_unknown, FALSE),"
            " xerox_customer_number, xerox_agreement_number FROM xpps_meter_read WHERE company_id = %s",
            [self.company.id],
        )
        return {id_: values for id_, *values in self.cr.fetchall()}

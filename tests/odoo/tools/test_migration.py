# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What an update says of the records that are there."""

import importlib.util

from odoo.tools.misc import file_path

from ..support.common import record
from ..support.importing import ImportCase


def migrate(cr, version):
    """Run the script of a version."""
    path = file_path(f"xerox_xpps/migrations/{version}/post-migrate.py")
    spec = importlib.util.spec_from_file_location("post_migrate", path)
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

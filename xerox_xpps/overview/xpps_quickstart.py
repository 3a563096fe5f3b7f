# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools.misc import file_open

from ..common.constants import BILLING_GROUP
from .quickstart import SAMPLE_TYPES, QuickStart

SAMPLE_NAME = "xerox_billing_sample"


class XppsQuickstart(models.AbstractModel):
    """What leads from an empty database to the first month: ten steps that are done when the data say so."""

    _name = "xpps.quickstart"
    _description = "XPPS QuickStart"

    @api.model
    def get_quickstart(self):
        """The steps of the current company.

        :return: {"company", "steps", "done", "total"}; see ``QuickStart`` for the steps
        :raises AccessError: when the user does not bill XPPS agreements
        """
        self._check_quickstart_access()
        steps = QuickStart(self.env.company).build()
        return {
            "company": self.env.company.name,
            "steps": steps,
            "done": sum(step["done"] for step in steps),
            "total": len(steps),
        }

    @api.model
    def use_sample(self):
        """Make a checked draft of the sample file.

        :return: the action that opens it
        :raises AccessError: when the user may not import billing files
        """
        files = self.env["xpps.billing.file"]
        files.check_access("create")
        draft = files._create_from_upload(self._sample("xml"), f"{SAMPLE_NAME}.xml", self.env.company)
        draft._check_arrival()
        return draft._action_open_uploaded()

    @api.model
    def create_from_file(self):
        """Open the dialog that makes of the newest draft the devices that nobody knows, and what they need.

        :return: the action that opens it
        :raises AccessError: when the user may not import billing files
        :raises UserError: when there is no such file any more
        """
        self._check_quickstart_access()
        draft = self._newest_draft(Domain("line_ids.device_fix", "=", "create"))
        if not draft:
            raise UserError(self.env._("No billing file that waits to be imported names unknown devices."))
        return draft.action_create_devices()

    @api.model
    def create_missing_codes(self):
        """Create the material codes that the options grid of the company lacks.

        :return: the action that lists them, for their prices
        """
        self._check_quickstart_access()
        return self.env["xpps.options.row"]._of_company(self.env.company).action_create_missing_codes()

    @api.model
    def open_draft(self):
        """Check the newest file that is not imported yet.

        :return: the action that opens it
        :raises AccessError: when the user may not import billing files
        :raises UserError: when there is no such file any more
        """
        self._check_quickstart_access()
        draft = self._newest_draft()
        if not draft:
            raise UserError(self.env._("No billing file waits to be imported. Choose Xerox's next one."))
        if not draft.check_queued:
            draft.action_check()
        return draft._action_open_uploaded()

    def _newest_draft(self, domain=Domain.TRUE):
        """:return: xpps.billing.file of the company, one that could be read and is not imported yet"""
        drafts = (
            Domain("company_id", "=", self.env.company.id)
            & Domain("state", "=", "draft")
            & Domain("is_unusable", "=", False)
        )
        return self.env["xpps.billing.file"].search(drafts & domain, order="id desc", limit=1)

    @api.model
    def _sample(self, file_type):
        """:return: a billing file with all that one can have, in bytes; None where there is none of the type"""
        if file_type not in SAMPLE_TYPES:
            return None
        with file_open(f"xerox_xpps/demo/billing_2026_10.{file_type}", "rb") as sample:
            return sample.read()

    def _check_quickstart_access(self):
        if not self.env.user.has_group(BILLING_GROUP):
            raise AccessError(self.env._("You are not allowed to set up the billing of XPPS agreements."))

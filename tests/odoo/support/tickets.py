# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Helpdesk tickets about devices, and who handles them."""

from odoo.addons.xerox_xpps.common.today import company_today

from .usage import UsageCase

HELPDESK = "helpdesk_mgmt.group_helpdesk_user"
OWN_TICKETS = "helpdesk_mgmt.group_helpdesk_user_own"


class TicketCase(UsageCase):
    """``other_device`` (SN-2) is another customer's; ``agent`` handles tickets, and has no other right."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.device.write({"xpps_location": "2nd floor", "xpps_asset_number": "INV-77"})
        cls.other_device = cls._device("SN-2", cls.other)
        # The demo's team is of another company, to which a ticket of the team's would belong.
        cls.env.user.helpdesk_team_ids = False
        cls.agent = cls._user("xpps_test_agent", HELPDESK)
        cls.done = cls.env.ref("helpdesk_mgmt.helpdesk_ticket_stage_done")
        # Closing a ticket writes to the customer otherwise.
        cls.done.mail_template_id = False
        cls.today = company_today(cls.company)

    @classmethod
    def _ticket(cls, device=None, env=None, **values):
        device = cls.device if device is None else device
        return (env or cls.env)["helpdesk.ticket"].create(
            {"name": "Paper jam", "description": "<p>Tray 2</p>", "xpps_device_id": device.id, **values}
        )

    def _as_agent(self, records):
        self.env.flush_all()
        self.env.invalidate_all()
        return records.with_user(self.agent).with_context(allowed_company_ids=self.company.ids)

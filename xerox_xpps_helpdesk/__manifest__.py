# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
{
    "name": "Xerox PageConnect/XPPS Tickets",
    "summary": "Helpdesk tickets about Xerox devices, with their agreement, place and meter reads",
    "version": "19.0.1.0.0",
    "category": "After-Sales",
    "license": "AGPL-3",
    "author": "xerox_xpps contributors",
    "maintainers": [],
    "development_status": "Beta",
    "depends": ["xerox_xpps", "helpdesk_mgmt"],
    "data": [
        "data/mail_template_data.xml",
        "views/helpdesk_ticket_views.xml",
        "views/stock_lot_views.xml",
        "views/sale_subscription_views.xml",
        "views/portal_templates.xml",
        "views/xpps_customer_entry_views.xml",
    ],
    "assets": {
        "web.assets_backend": ["xerox_xpps_helpdesk/static/src/**/*"],
        "web.assets_tests": ["xerox_xpps_helpdesk/static/tests/tours/**/*"],
    },
    "auto_install": True,
}

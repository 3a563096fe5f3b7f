# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
{
    "name": "Xerox PageConnect/XPPS E-Invoices",
    "summary": "Electronic invoices with the meter reads, the periods and the annex of what they bill",
    "version": "19.0.1.0.0",
    "category": "Accounting/Accounting",
    "license": "AGPL-3",
    "author": "xerox_xpps contributors",
    "maintainers": [],
    "development_status": "Beta",
    "depends": ["xerox_xpps", "account_edi_ubl_cii"],
    "data": [
        "views/res_config_settings_views.xml",
    ],
    "auto_install": True,
}

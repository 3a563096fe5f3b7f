# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
{
    "name": "Xerox PageConnect/XPPS File Sources",
    "summary": "Billing files are fetched from folders, SFTP, S3, WebDAV and web servers",
    "version": "19.0.1.0.0",
    "category": "Sales/Subscriptions",
    "license": "AGPL-3",
    "author": "xerox_xpps contributors",
    "maintainers": [],
    "development_status": "Beta",
    "depends": ["xerox_xpps", "fs_storage"],
    "data": [
        "security/ir.model.access.csv",
        "security/xpps_fetch_rules.xml",
        "data/ir_cron_data.xml",
        "data/mail_activity_type_data.xml",
        "views/xpps_fetched_file_views.xml",
        "views/xpps_fetch_source_views.xml",
    ],
    "auto_install": True,
}

# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
{
    "name": "Xerox PageConnect/XPPS Job Queue",
    "summary": "Imports and billing runs are done by all workers and servers at the same time",
    "version": "19.0.1.0.0",
    "category": "Sales/Subscriptions",
    "license": "AGPL-3",
    "author": "xerox_xpps contributors",
    "maintainers": [],
    "development_status": "Beta",
    "depends": ["xerox_xpps", "queue_job"],
    "data": ["data/queue_job_data.xml"],
    "auto_install": True,
    "uninstall_hook": "give_back_to_cron",
}

# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Downloads that buttons of the web client open, the pages of customers and what they enter, the REST API, and the
state of the server's work.

May import all packages but ``wizards``.
"""

from . import api_page, billing_files_api, device_label, health, main, portal, usage_alerts

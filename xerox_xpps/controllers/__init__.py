# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Downloads that buttons of the web client open, the REST API, and the state of the server's work.

May import all packages but ``wizards``.
"""

from . import api_page, billing_files_api, health, main, usage_alerts

# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Downloads that buttons of the web client open, the customer's portal, the REST API, and how the server's work goes.

May import all packages but ``wizards``.
"""

from . import api_page, billing_files_api, health, main, portal_queries

# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Downloads that buttons of the web client open, the REST API, the state of the server's work, and what customers enter.

May import all packages but ``wizards``.
"""

from . import api_page, billing_files_api, health, main, device_entry, device_label

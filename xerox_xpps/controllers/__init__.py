# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Downloads: the workbooks that buttons of the web client open. And the REST API.

May import all packages but ``wizards``.
"""

from . import main, billing_files_api, api_page

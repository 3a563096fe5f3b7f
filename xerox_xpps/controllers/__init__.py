# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Downloads that buttons of the web client open, and the state of the server's work.

May import all packages but ``wizards``.
"""

from . import health, main

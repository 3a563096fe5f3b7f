# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The customers' pages below ``/my/xpps``: a module each. What they say comes from the package ``portal``.

What is not there, or not the user's, is answered with 404: nobody learns what others have. May import ``portal``, and
all that it may import.
"""

from . import agreements, devices, entry, home, invoices, queries, usage

# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The month at a glance: the sections, charts and next steps of the menu *Overview*; and the menu *QuickStart*.

Takes a month and a company, gives JSON for the web client by way of ``xpps.overview``. May import ``billing_run``,
``reports``, ``audit`` and what is below them.
"""

from . import xpps_overview, xpps_quickstart

# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Clerks at work while server, database, disk, network and clock fail, and what must stand afterwards.

``setup/soak`` starts ``python -m soak``. A module each: ``places`` where everything is, ``cluster`` the database
server and its volume, ``proxy`` the way to it, ``server`` Odoo, ``world`` the reseller, ``rpc`` how clerks talk,
``files`` what Xerox sends them, ``clerks`` what they do, ``faults`` what goes wrong, ``books`` what must hold of money
and files, ``stuck`` what must not be left over, ``server_log`` what the server may complain of, ``report`` the figures.
"""

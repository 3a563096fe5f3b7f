"""Odoo's command line as a file: its server starts it once more for the live chat, which it cannot with ``-m odoo``."""

from odoo.cli import main

if __name__ == "__main__":
    main()

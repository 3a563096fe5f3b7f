# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models

from .xpps_material_mapping import MATERIAL_CODE_DOMAIN

STATE_SELECTION = [
    ("own", "Own Code"),
    ("inherited", "Inherited"),
    ("unpriced", "Price Missing"),
    ("gap", "Code Missing"),
    ("none", "Not Needed"),
]


class XppsOptionsCells(models.AbstractModel):
    """The five cells of a row of the options grid: which material code bills an output type, and how that stands.

    The state of a cell is *own* where the row says so itself, *inherited* where a company above or the price level
    does, *unpriced* where the code has no sales price, *gap* where there is none, and *none* where none is needed:
    printer models that have no code of their own for these pages are told of by their price level.
    """

    _name = "xpps.options.cells"
    _description = "XPPS Options Grid: Cells"

    mono_product_id = fields.Many2one("product.product", string="Mono", domain=MATERIAL_CODE_DOMAIN)
    color_product_id = fields.Many2one("product.product", string="Color", domain=MATERIAL_CODE_DOMAIN)
    mono_color1_product_id = fields.Many2one("product.product", string="MonoColor1", domain=MATERIAL_CODE_DOMAIN)
    clr_lvl12_product_id = fields.Many2one("product.product", string="ClrLvl12", domain=MATERIAL_CODE_DOMAIN)
    clr_lvl3_product_id = fields.Many2one("product.product", string="ClrLvl3", domain=MATERIAL_CODE_DOMAIN)
    mono_state = fields.Selection(STATE_SELECTION, string="Mono: State", readonly=True)
    color_state = fields.Selection(STATE_SELECTION, string="Color: State", readonly=True)
    mono_color1_state = fields.Selection(STATE_SELECTION, string="MonoColor1: State", readonly=True)
    clr_lvl12_state = fields.Selection(STATE_SELECTION, string="ClrLvl12: State", readonly=True)
    clr_lvl3_state = fields.Selection(STATE_SELECTION, string="ClrLvl3: State", readonly=True)

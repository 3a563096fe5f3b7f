# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models


class XppsFetchedFile(models.Model):
    """What a source has seen: a file is fetched once, also where it stays in its folder.

    A file that is changed there is another one. Only the program writes these records.
    """

    _name = "xpps.fetched.file"
    _description = "XPPS Fetched File"
    _inherit = ["xpps.guard"]
    _order = "id desc"
    _check_company_auto = True

    source_id = fields.Many2one(
        "xpps.fetch.source", required=True, readonly=True, index=True, ondelete="cascade", check_company=True
    )
    company_id = fields.Many2one(related="source_id.company_id", store=True, precompute=True, index=True)
    name = fields.Char(string="File", required=True, readonly=True)
    path = fields.Char(required=True, readonly=True, help="Where the file was.")
    version = fields.Char(
        required=True,
        readonly=True,
        help="Size, time and mark of the file, as the server had them; where it has none, the checksum.",
    )
    size = fields.Integer(readonly=True, help="In bytes.")
    checksum = fields.Char(readonly=True, index=True, help="SHA-256 of the file.")
    state = fields.Selection(
        [("new", "Draft Made"), ("known", "Known Already"), ("failed", "Not Fetched")],
        readonly=True,
        required=True,
        help="Known: a billing file with the same content was there before, so that nothing was made of this one.",
    )
    problem = fields.Char(readonly=True, help="Why the file could not be fetched, checked, or put away.")
    billing_file_id = fields.Many2one(
        "xpps.billing.file", readonly=True, index="btree_not_null", ondelete="set null", check_company=True
    )
    is_pending = fields.Boolean(readonly=True, index=True, help="What its check finds is still to be acted on.")
    put_away = fields.Selection(
        [("keep", "Kept"), ("move", "Moved"), ("delete", "Deleted")],
        readonly=True,
        help="What became of the file in its folder; empty as long as that is still to be done.",
    )

    _file_uniq = models.UniqueIndex("(source_id, path, version, checksum)", "This file has already been fetched.")

    @api.depends("name")
    def _compute_display_name(self):
        for file in self:
            file.display_name = file.name

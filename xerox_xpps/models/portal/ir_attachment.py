# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models
from odoo.fields import Domain

#: What the reseller files with it is its own, though customers may read the record: offers and bills of Xerox as well.
INTERNAL = "sale.subscription"


class IrAttachment(models.Model):
    """What is attached to an agreement is not the customer's, who gets from there what messages bring."""

    _inherit = "ir.attachment"

    def _inaccessible_comodel_records(self, model_and_ids, operation):
        if self.env.su or not self.env.user.share or INTERNAL not in model_and_ids:
            yield from super()._inaccessible_comodel_records(model_and_ids, operation)
            return
        for id_ in model_and_ids[INTERNAL]:
            yield INTERNAL, id_
        others = {model: ids for model, ids in model_and_ids.items() if model != INTERNAL}
        yield from super()._inaccessible_comodel_records(others, operation)

    @api.model
    def _search(self, domain, *args, **kwargs):
        if not self.env.su and self.env.user.share:
            domain = Domain(domain) & Domain("res_model", "!=", INTERNAL)
        return super()._search(domain, *args, **kwargs)

# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).


def count_mapped_models(models, company):
    """How many printer models have material codes, of their own or of their price level.

    :param models: product.template
    """
    materials = company.env["xpps.material.mapping"]._material_by_template(models, company)
    return sum(1 for codes in materials.values() if codes)

# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Workbooks that *Import records* offers; ``setup/lib/import_templates.py`` writes them."""


def import_template(label, name):
    """:return: an entry of ``get_import_templates``

    :param name: of the workbook in ``static/xls``, without its type
    """
    return {"label": label, "template": f"/xerox_xpps/static/xls/{name}.xlsx"}

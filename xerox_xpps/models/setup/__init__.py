# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Companies, customers, printer models, their material codes and price levels, and accounts."""

from . import (
    product_product,
    product_template,
    res_company,
    res_config_settings,
    res_partner,
    xpps_component_account,
    xpps_material_mapping,
    xpps_price_level,
    xpps_options_cells,
    xpps_options_row,
    xpps_options_row_creation,
    xpps_health_snooze,
)

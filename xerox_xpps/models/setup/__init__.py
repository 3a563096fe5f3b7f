# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Companies, customers, printer models, their material codes and price levels, and accounts."""

from . import (
    ir_ui_menu,
    product_product,
    product_product_kept,
    product_template,
    product_template_kept,
    product_template_price,
    res_company,
    res_company_settings,
    res_company_start,
    res_config_settings,
    res_partner,
    res_partner_import,
    res_partner_kept,
    res_partner_xpps,
    xpps_component_account,
    xpps_material_mapping,
    xpps_material_mapping_kept,
    xpps_output_name,
    xpps_price_level,
    xpps_settings,
    xpps_options_cells,
    xpps_options_row,
    xpps_options_row_creation,
    xpps_health_snooze,
)

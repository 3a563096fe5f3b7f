from . import (
    product_template,
    res_company,
    res_config_settings,
    res_partner,
    xpps_component_account,
    xpps_material_mapping,
    xpps_price_level,
)

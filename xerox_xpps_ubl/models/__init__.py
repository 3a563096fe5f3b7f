from . import (
    res_company,
    res_config_settings,
    xpps_settings,
    account_move,
    account_move_send,
    account_edi_xml_ubl_bis3,
)

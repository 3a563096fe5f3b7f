from . import (
    xpps_usage,
    xpps_meter_read,
    xpps_device_assignment,
    stock_lot,
    stock_lot_history,
    xpps_device_attention,
)

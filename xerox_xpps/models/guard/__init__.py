from . import (
    xpps_reference_guard,
    xpps_guard,
    ir_attachment,
)

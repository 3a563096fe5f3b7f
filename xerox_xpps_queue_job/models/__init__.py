from .xpps_queue import METHODS

from . import (
    xpps_background_work,
    xpps_billing_file,
    xpps_billing_run,
    xpps_billing_run_line,
)

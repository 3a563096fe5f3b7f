from . import (
    xpps_billing_run,
    xpps_billing_run_queue,
    xpps_billing_run_line,
    xpps_billing_run_line_work,
)

from . import (
    guard,
    device,
    setup,
    charge,
    agreement,
    invoice,
    billing_file,
    billing_run,
    audit,
)

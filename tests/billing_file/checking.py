# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What holds of every result, whatever was read."""

from decimal import Decimal

CODES = {
    "file_type",
    "file_empty",
    "file_syntax",
    "file_forbidden",
    "file_too_large",
    "file_schema",
    "value_invalid",
    "period_invalid",
    "serial_missing",
    "serial_duplicate",
    "total_mismatch",
    "device_count_mismatch",
}


def check(result):
    """The result can be used: messages format, and there are either values or issues."""
    assert result.details or result.issues
    for issue in result.issues:
        assert issue.message
        assert issue.code in CODES
    if not result.issues:
        assert result.details.devices
        for device in result.details.devices:
            assert device.serial_key
            assert device.complete
            assert isinstance(device.computed_total(2), Decimal)

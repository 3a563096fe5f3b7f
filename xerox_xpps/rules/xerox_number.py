# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""When two writings of one of Xerox's numbers mean the same: of a partner, a customer or an agreement.

Upper case and white space make no difference, nor do leading zeros, which spreadsheets drop. Zeros alone are no number.
"""

from collections.abc import Iterable

from ..billing_file.model import serial_key


def number_key(number: str | None) -> str:
    """What two writings of one number have in common.

    >>> number_key(" 0721 004418"), number_key("721004418"), number_key("pc-2025-7")
    ('721004418', '721004418', 'PC-2025-7')
    >>> number_key("000"), number_key(None)
    ('', '')
    """
    return serial_key(number or "").lstrip("0")


def is_other_number(stated: str | None, ours: Iterable[str]) -> bool:
    """Whether Xerox states another number than all of ours: where one side has none, nothing differs.

    >>> is_other_number("77", ["12", "077"]), is_other_number("78", ["12", "077"])
    (False, True)
    >>> is_other_number("78", []), is_other_number("", ["12"]), is_other_number("78", ["", "0"])
    (False, False, False)
    """
    keys = {number_key(number) for number in ours} - {""}
    return bool(keys) and number_key(stated) not in {"", *keys}


def split_numbers(text: str | None) -> list[str]:
    """Several numbers, separated by commas.

    >>> split_numbers(" 0700318862,  700-B ,,"), split_numbers(None)
    (['0700318862', '700-B'], [])
    """
    return [number.strip() for number in (text or "").split(",") if number.strip()]

# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Which component a line of a vendor bill bills."""

from collections import defaultdict

from ..common.constants import COMPONENT_SELECTION


class LineRecognition:
    """Tells the components of a bill's lines: drafted lines say so, others are known by their label or account.

    A label tells a component when it is its name, with or without "over" or "overage" behind it; an account does when
    the company has it for one component alone.
    """

    def __init__(self, bill):
        env = bill.env
        settings = env["xpps.component.account"]._by_component(bill.company_id)
        components = defaultdict(set)
        for component, setting in settings.items():
            if setting.account_id:
                components[bill.fiscal_position_id.map_account(setting.account_id)].add(component)
        self.by_account = {account: codes.pop() for account, codes in components.items() if len(codes) == 1}
        translated = env["xpps.component.account"]._fields["component"]._description_selection(env)
        self.by_label = {
            key + suffix: component
            for component, label in (*COMPONENT_SELECTION, *translated)
            for key in (letters(label), letters(component))
            for suffix in ("", "over", "overage")
        }

    def component(self, line):
        """:return: the component of an account.move.line, None when nothing tells it"""
        return (
            line.xpps_component or self.by_label.get(letters(line.name or "")) or self.by_account.get(line.account_id)
        )


def letters(text):
    """What different writings of one label have in common."""
    return "".join(character for character in text.casefold() if character.isalnum())

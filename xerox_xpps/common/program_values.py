# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What the program says of a record that a user makes."""

#: The field under which ``ProgramValues`` are among the values of a record to be created; see ``xpps.billed.item``.
PROGRAM_VALUES = "xpps_program_values"


class ProgramValues(dict):
    """Values of fields that only the program writes, on their way to ``create``.

    Lines are copied, and bills are drafted, with the rights of the user who does so; what the program says of them
    comes along. No client can send an instance of this class, and whatever else it sends under the same name is
    refused.
    """

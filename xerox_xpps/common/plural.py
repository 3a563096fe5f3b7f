# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""One or many: which of two whole sentences fits a number."""


def plural(count, one, many):
    """The sentence that fits a number, such as ``plural(n, env._("1 device was added."), env._("%s devices …", n))``.

    Both are translated already: written in full where they are asked for, each is found by the export of translations,
    and a translator gets whole sentences. Odoo's translations know two forms, not the four of Polish or the six of
    Arabic: of 1 a language has the first sentence, of every other number, 0 included, the second, which such a language
    words so that it fits all of them ("devices that were added: %s").

    :param count: the number that the sentences are about
    :param one: text for 1; it need not name the number
    :param many: text for all other numbers
    """
    return one if count == 1 else many

# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What agreements would have brought by other terms, of what was read in months that are over.

``BackTestReads`` is what was read and what Xerox billed, read at once; ``CurrentTerms`` rates it by the terms as they
are, and ``rating`` by others (``Terms``); ``BackTestBuilder`` puts both beside each other, as ``documents.BackTest``.
Nothing is stored.
"""

from .builder import USES, BackTestBuilder, Terms

__all__ = ["USES", "BackTestBuilder", "Terms"]

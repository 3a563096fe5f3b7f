# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""One browser at a time: with a second one on the same cores, tours would wait for their pages in vain."""

import pytest


def pytest_itemcollected(item):
    item.add_marker(pytest.mark.xdist_group("browser"))

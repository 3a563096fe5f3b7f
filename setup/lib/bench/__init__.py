# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The benchmarks behind setup/bench.

``figures`` says what is measured and asked, ``steps`` measures, ``runner`` lets steps and figures take turns,
``database`` gives every step the same database, ``world`` and ``billing_xml`` make what is in it.
"""

# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What is wrong with the set-up: a list of findings, each a rule of its own with its SQL.

``catalog`` names the rules, ``model_rules``, ``agreement_rules``, ``plan_rules``, ``rate_card_rules`` and
``device_rules`` have them, and
``xpps_health`` is the list. What is left for later (``xpps.health.snooze``) is kept among the stored models.
"""

from . import xpps_health

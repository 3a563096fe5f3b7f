"""What Odoo keeps of a database in the registry's caches (``ormcache``) stays warm from test to test of a class.

After each test Odoo empties these caches, so that the next one reads groups, rules, defaults, views and templates
anew: a sixth of what tests of invoices take. But what holds before a test holds after it as well, as the database is
rolled back to it:

- what has been in a cache before the test;
- what the test has added to a cache that nobody has emptied meanwhile: who changes what a cache knows has to empty it,
  as else a server would go on with what no longer holds.

Odoo's own tests run as in Odoo's own runner: they replace methods, on whose results caches depend.
"""

from odoo.tests.common import TransactionCase

#: Is in a cache as long as nobody empties it.
MARK = (__name__, None)


class Warmth:
    """What is known of the database before a test."""

    def __init__(self, registry):
        self._registry = registry
        # Odoo's own statistics of caches (odoo/tools/cache.py) reach for them in this way.
        self._caches = registry._Registry__caches
        self._sequence = registry.registry_sequence
        self._known = {name: cache.snapshot for name, cache in self._caches.items()}
        for cache in self._caches.values():
            cache[MARK] = True

    def learn(self):
        """After the test, while the caches are as it has left them."""
        for name, cache in self._caches.items():
            if MARK in cache:
                self._known[name] |= {key: value for key, value in cache.snapshot.items() if not _may_be_new(key)}

    def restore(self):
        """Fill the caches that Odoo has emptied. Who has changed models or fields finds them empty."""
        if self._registry.registry_invalidated or self._registry.registry_sequence != self._sequence:
            return
        for name, cache in self._caches.items():
            for key, value in self._known[name].items():
                cache[key] = value


def _may_be_new(key):
    """Whoever makes an external id need not empty the cache: that there is none is not kept."""
    return key is MARK or key[1].__name__ == "_xmlid_lookup"


def keep_caches_warm():
    set_up = TransactionCase.setUp

    def setUp(self):
        if type(self).__module__.startswith("odoo.addons."):
            return set_up(self)
        warmth = None
        # What is added first is called last, after Odoo's cleanup, and what is added last is called before it.
        self.addCleanup(lambda: warmth and warmth.restore())
        set_up(self)
        warmth = Warmth(self.registry)
        self.addCleanup(warmth.learn)

    TransactionCase.setUp = setUp

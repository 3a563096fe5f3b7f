# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""A browser that gets some answers late, as over a slow line: then other screens open before them."""

import re
from threading import Timer


class SlowAnswers:
    """For classes of ``HttpCase``: requests whose URL has ``slow`` in it wait for ``delay`` seconds in the browser."""

    #: A regular expression, such as ``call_kw/xpps.overview/get_overview``.
    slow = r"call_kw/xpps\.overview/|/web_search_read"
    delay = 2

    def authenticate(self, *args, browser=None, **kwargs):
        session = super().authenticate(*args, browser=browser, **kwargs)
        if browser:
            self._slow_down(browser)
        return session

    def _slow_down(self, browser):
        # The browser asks about each of its requests (Fetch.requestPaused of the DevTools protocol).
        answer_at_once = browser._handlers["Fetch.requestPaused"]
        is_slow = re.compile(self.slow).search

        def answer(**paused):
            if is_slow(paused["request"]["url"]):
                later = Timer(self.delay, answer_at_once, kwargs=paused)
                later.daemon = True
                later.start()
            else:
                answer_at_once(**paused)

        browser._handlers["Fetch.requestPaused"] = answer

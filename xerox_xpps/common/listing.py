# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Some of many, and how many more there are."""


def enumeration(env, names, limit, count=None, separator=", "):
    """Names in a sentence: “a, b and 3 more”.

    :param names: [str]
    :param limit: how many of them are named
    :param count: how many there are, where ``names`` has not all of them
    """
    more = (len(names) if count is None else count) - min(len(names), limit)
    text = separator.join(names[:limit])
    return env._("%(names)s and %(more)s more", names=text, more=more) if more > 0 else text


def paragraphs(env, texts, limit, count=None):
    """Texts that stand below each other, the last of which says how many are left out: “… and 3 more.”

    :return: [str]; see ``enumeration``
    """
    more = (len(texts) if count is None else count) - min(len(texts), limit)
    shown = list(texts[:limit])
    return [*shown, env._("… and %s more.", more)] if more > 0 else shown


def bullets(env, texts, limit, count=None):
    """Lines that a plain text lists, each with a bullet; see ``paragraphs``."""
    marked = [f"• {text}" for text in texts[:limit]]
    return "\n".join(paragraphs(env, marked, limit, len(texts) if count is None else count))

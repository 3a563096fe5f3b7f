# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The catalogues of translations, and what speaks English still."""

import re
from functools import cache
from pathlib import Path

import polib
from lxml import html

from odoo.tools import file_path

ADDONS = ("xerox_xpps", "xerox_xpps_fs_storage", "xerox_xpps_helpdesk", "xerox_xpps_queue_job", "xerox_xpps_ubl")
#: Whose words a clerk sees.
WEB_CLIENT = (*ADDONS, "base", "web", "mail", "account")
#: {name of the catalogue: code of the language}
LANGUAGES = {"de": "de_DE", "es": "es_ES", "fr": "fr_FR", "it": "it_IT", "nl": "nl_NL", "pt_BR": "pt_BR"}

PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd%]|\{\{.*?\}\}")
TAG = re.compile(r"<[^<>]*>")
#: What a customer may see that is no sentence: without as many letters nobody can tell a language.
LETTERS = 4


def template(addon):
    return polib.pofile(file_path(f"{addon}/i18n/{addon}.pot"))


def catalogue(addon, language):
    return polib.pofile(file_path(f"{addon}/i18n/{language}.po"))


def speak(env, code, modules=ADDONS):
    """Let the database speak a language.

    :param modules: names of those of which the translations are loaded
    """
    env["res.lang"]._activate_lang(code)
    env["ir.module.module"].search([("name", "in", modules)])._update_translations([code])
    env.invalidate_all()


class Words:
    """Tells which texts of a page are English where the language has a translation of them."""

    def __init__(self, language, addons=ADDONS):
        self._plain = set()
        self._patterns = []
        for text in frozenset().union(*(_translated(addon, language) for addon in addons)):
            if _letters(PLACEHOLDER.sub("", text)) < LETTERS:
                continue
            if PLACEHOLDER.search(text):
                literal = (re.escape(part) for part in PLACEHOLDER.split(text))
                self._patterns.append(re.compile(".+".join(literal), re.DOTALL))
            else:
                self._plain.add(text)

    def english(self, texts):
        """:return: those of the texts that are English, sorted"""
        found = {text for text in texts if text in self._plain}
        rest = {text for text in texts if text not in found and _letters(text) >= LETTERS}
        return sorted(found | {text for text in rest if any(one.fullmatch(text) for one in self._patterns)})


@cache
def _translated(addon, language):
    """What stands between tags, where it is another text in the language."""
    entries = [entry for entry in catalogue(addon, language) if entry.msgstr]
    return frozenset(
        text for entry in entries for text in set(_between_tags(entry.msgid)) - set(_between_tags(entry.msgstr))
    )


def _between_tags(text):
    return [_squeezed(part) for part in TAG.split(text)]


def _letters(text):
    return sum(letter.isalpha() for letter in text)


def _squeezed(text):
    return " ".join(text.split())


def texts_of(page):
    """:param page: HTML. :return: {what a reader of it sees or is told}, white space squeezed"""
    tree = html.fromstring(page)
    for hidden in tree.xpath("//script | //style | //noscript"):
        hidden.drop_tree()
    told = tree.xpath("//@title | //@alt | //@placeholder | //@aria-label")
    return {text for text in map(_squeezed, [*tree.itertext(), *told]) if text}


def directory(addon):
    return Path(file_path(f"{addon}/i18n"))

# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Each language has all texts, with the placeholders and tags of the English ones, and Odoo takes them."""

import logging
import re
from collections import Counter

from odoo.tests import TransactionCase
from odoo.tools.translate import TranslationImporter

from ..support.languages import ADDONS, LANGUAGES, PLACEHOLDER, catalogue, directory, speak, template

TAG = re.compile(r"<(/?)([\w-]+)([^<>]*?)/?>")
ATTRIBUTE = re.compile(r'([\w.:-]+)="([^"]*)"')
#: Attributes that people read.
READ = {"alt", "aria-label", "placeholder", "title"}


def placeholders(text):
    """With the spaces at which no line breaks."""
    return Counter([*PLACEHOLDER.findall(text), *re.findall("&nbsp;", text)])


def unnamed(text):
    """Those that go by their order."""
    return re.findall(r"%[sd]", text)


def tags(text):
    return Counter(
        (close, name, frozenset(pair for pair in ATTRIBUTE.findall(rest) if pair[0] not in READ))
        for close, name, rest in TAG.findall(text)
    )


def edges(text):
    """White space before and after it, which a page may need."""
    return (text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]) if text.strip() else text


class TestCatalogues(TransactionCase):
    def _catalogues(self):
        return [(addon, catalogue(addon, language), language) for addon in ADDONS for language in LANGUAGES]

    def _wrong(self, is_wrong):
        """:return: the texts of all catalogues whose translation is wrong, [(addon, language, English, translation)]"""
        return [
            (addon, language, entry.msgid, entry.msgstr)
            for addon, entries, language in self._catalogues()
            for entry in entries
            if entry.msgstr and is_wrong(entry.msgid, entry.msgstr)
        ]

    def test_no_other_language(self):
        for addon in ADDONS:
            self.assertEqual({path.stem for path in directory(addon).glob("*.po")}, set(LANGUAGES), addon)

    def test_texts_of_today(self):
        """They have the template's texts at the template's places: ``setup/translate`` brings them there."""
        for addon, entries, language in self._catalogues():
            wanted = [(entry.msgid, entry.occurrences, entry.comment) for entry in template(addon)]
            found = [(entry.msgid, entry.occurrences, entry.comment) for entry in entries]
            self.assertEqual(found, wanted, f"{addon}, {language}")

    def test_complete(self):
        for addon, entries, language in self._catalogues():
            unfit = entries.untranslated_entries() + entries.fuzzy_entries() + entries.obsolete_entries()
            self.assertEqual([entry.msgid for entry in unfit], [], f"{addon}, {language}")
            self.assertEqual(entries.metadata["Language"], language)
            self.assertIn("nplurals=2;", entries.metadata["Plural-Forms"])

    def test_placeholders(self):
        self.assertEqual(self._wrong(lambda english, other: placeholders(english) != placeholders(other)), [])
        self.assertEqual(self._wrong(lambda english, other: unnamed(english) != unnamed(other)), [])

    def test_markup(self):
        self.assertEqual(self._wrong(lambda english, other: tags(english) != tags(other)), [])

    def test_white_space(self):
        self.assertEqual(self._wrong(lambda english, other: edges(english) != edges(other)), [])

    def test_translated_at_all(self):
        """Few sentences are the same in another language."""
        for addon, entries, _language in self._catalogues():
            same = [entry.msgid for entry in entries if entry.msgstr == entry.msgid and len(entry.msgid.split()) > 3]
            self.assertLessEqual(len(same), max(1, len(entries) // 100), f"{addon}: {same}")

    def test_odoo_takes_them(self):
        """Without a warning, such as Odoo gives for a text that it does not find where the catalogue says it stands."""
        for code in LANGUAGES.values():
            self.env["res.lang"]._activate_lang(code)
        with self.assertNoLogs("odoo", logging.WARNING):
            for addon, _entries, language in self._catalogues():
                importer = TranslationImporter(self.env.cr, verbose=False)
                importer.load_file(f"{addon}/i18n/{language}.po", LANGUAGES[language])
                importer.save(overwrite=True)
        self.env.invalidate_all()
        menu = self.env.ref("xerox_xpps.menu_xpps_root")
        action = self.env.ref("xerox_xpps.action_xpps_billing_file")
        for language, code in LANGUAGES.items():
            names = {entry.msgid: entry.msgstr for entry in catalogue("xerox_xpps", language)}
            for record in (menu, action):
                self.assertEqual(record.with_context(lang=code).name, names[record.with_context(lang=None).name])

    def test_selections(self):
        """Also those whose values a function gives."""
        speak(self.env, "de_DE")
        german = {text for entries in self._texts("de") for text in entries.values()}
        for model in self.env.registry.values():
            for field in self.env[model._name]._fields.values():
                if field.type != "selection" or field.inherited or not {*field._modules[:1]} & {*ADDONS}:
                    continue
                english = dict(field._description_selection(self.env(context={"lang": "en_US"})))
                labels = dict(field._description_selection(self.env(context={"lang": "de_DE"})))
                same = {value for value, label in labels.items() if label == english[value] and label not in german}
                self.assertEqual(same, set(), f"{field} in German")

    def _texts(self, language):
        return [{entry.msgid: entry.msgstr for entry in catalogue(addon, language)} for addon in ADDONS]

"""Catalogues of translations (``i18n/LANGUAGE.po``), brought to the texts of their template (``i18n/NAME.pot``).

    catalogues.py EXPORTS    writes templates and catalogues, and prints how many texts each lacks

EXPORTS is a directory of templates as Odoo exports them. One that differs from ours by its dates alone is left out.
They have the entries of the template in its order, and no others. A text that is the same in a language stands there
as its own translation: what has none is what nobody has translated yet.
"""

import sys
from pathlib import Path

import polib

ROOT = Path(__file__).resolve().parents[2]
#: As in the files of Odoo.
WIDTH = 78
#: {language: how its plurals are told apart}
LANGUAGES = {
    "de": "nplurals=2; plural=(n != 1);",
    "es": "nplurals=2; plural=(n != 1);",
    "fr": "nplurals=2; plural=(n > 1);",
    "it": "nplurals=2; plural=(n != 1);",
    "nl": "nplurals=2; plural=(n != 1);",
    "pt_BR": "nplurals=2; plural=(n > 1);",
}


def undated(text):
    return [line for line in text.splitlines() if "-Date: " not in line]


def merged(template, language, known):
    """:param known: {text: its translation}
    :return: the catalogue of a language, with the texts of the template
    """
    catalogue = polib.pofile(str(template), wrapwidth=WIDTH, encoding="utf-8")
    catalogue.metadata |= {
        "Language": language,
        "Content-Transfer-Encoding": "8bit",
        "Plural-Forms": LANGUAGES[language],
    }
    for entry in catalogue:
        entry.msgstr = known.get(entry.msgid, "")
    return catalogue


def main(exports):
    for export in sorted(Path(exports).glob("*.pot")):
        template = ROOT / export.stem / "i18n" / export.name
        text = export.read_text(encoding="utf-8")
        if undated(text) != undated(template.read_text(encoding="utf-8")):
            template.write_text(text, encoding="utf-8")
        for language in LANGUAGES:
            path = template.with_name(f"{language}.po")
            known = {entry.msgid: entry.msgstr for entry in polib.pofile(str(path))} if path.exists() else {}
            catalogue = merged(template, language, known)
            catalogue.save(str(path))
            missing = len(catalogue.untranslated_entries())
            if missing:
                print(f"{path.relative_to(ROOT)}: {missing} texts are not translated")


if __name__ == "__main__":
    main(sys.argv[1])

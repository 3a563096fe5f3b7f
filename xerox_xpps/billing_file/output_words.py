# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Which type of pages a word of a file is."""

import re
from collections.abc import Mapping

_OTHER = re.compile(r"[\W_]+")

OUTPUT_WORDS: Mapping[str, tuple[str, ...]] = {
    "mono": ("Mono", "BW", "B/W", "B&W", "Black", "Black and White", "Monochrome"),
    "color": ("Color", "Colour"),
    "mono_color1": ("MonoColor1", "MonoClr1", "Mono Color Level 1", "MonoColour1"),
    "clr_lvl12": ("ClrLvl12", "ColorLevel12", "Color Level 1 2", "ColourLevel12"),
    "clr_lvl3": ("ClrLvl3", "ColorLevel3", "ColourLevel3"),
}


def word_key(word: str) -> str:
    """What two writings of one word have in common: its letters and digits, case folded.

    >>> word_key("Black & White"), word_key("Color Level 1/2")
    ('blackwhite', 'colorlevel12')
    """
    return _OTHER.sub("", word).casefold()


_TYPES = {word_key(word): output_type for output_type, words in OUTPUT_WORDS.items() for word in words}


def output_type_of(word: str, words: Mapping[str, str] | None = None) -> str:
    """The output type that a word plainly is, or empty.

    :param words: further words, as they stand in the file

    >>> output_type_of("Colour"), output_type_of("S/W"), output_type_of("S/W", {"s/w": "mono"})
    ('color', '', 'mono')
    """
    key = word_key(word)
    if words:
        for other, output_type in words.items():
            if word_key(other) == key:
                return output_type
    return _TYPES.get(key, "")

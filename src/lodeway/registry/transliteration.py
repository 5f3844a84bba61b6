"""One plain Latin form for a name, whatever script or spelling it came in.

The tables follow the national romanisations and the habits of older Soviet lists: Azerbaijani and
Turkish letters, Russian Cyrillic, Armenian (BGN/PCGN 1981), Georgian (national, 2002) and Persian
(rough: short vowels are not written). The plain form is for comparing, never for printing.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_LATIN = {
    "ə": "a", "ı": "i", "ğ": "g", "ş": "sh", "ç": "ch", "ö": "o", "ü": "u", "ø": "o", "đ": "d",
    "ł": "l", "ß": "ss", "æ": "ae", "œ": "oe", "ţ": "t", "ț": "t", "ș": "sh", "þ": "th", "ð": "d",
    "\x91": "", "\x92": "", "\xb4": "",  # apostrophes of another code page
    "\u02bc": "", "\u2019": "", "'": "", "`": "", "\u02bb": "", "\u2018": "", "x\u0307": "x",
}  # fmt: skip
_CYRILLIC = dict(
    zip("абвгдезийклмнопрстуфыэ", "abvgdeziyklmnoprstufye", strict=True)
) | {"ё": "yo", "ж": "zh", "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ъ": "",
     "ь": "", "ю": "yu", "я": "ya", "і": "i", "ї": "yi", "є": "ye", "ґ": "g", "ғ": "gh",
     "қ": "q", "ң": "ng", "ө": "o", "ұ": "u", "ү": "u", "һ": "h", "ә": "a", "ҝ": "g",
     "ҹ": "j", "ј": "y"}  # fmt: skip
_ARMENIAN = {
    "ա": "a", "բ": "b", "գ": "g", "դ": "d", "ե": "e", "զ": "z", "է": "e", "ը": "y", "թ": "t",
    "ժ": "zh", "ի": "i", "լ": "l", "խ": "kh", "ծ": "ts", "կ": "k", "հ": "h", "ձ": "dz",
    "ղ": "gh", "ճ": "ch", "մ": "m", "յ": "y", "ն": "n", "շ": "sh", "ո": "o", "չ": "ch",
    "պ": "p", "ջ": "j", "ռ": "r", "ս": "s", "վ": "v", "տ": "t", "ր": "r", "ց": "ts", "ւ": "v",
    "փ": "p", "ք": "k", "օ": "o", "ֆ": "f", "և": "ev",
}  # fmt: skip
_GEORGIAN = {
    "ა": "a", "ბ": "b", "გ": "g", "დ": "d", "ე": "e", "ვ": "v", "ზ": "z", "თ": "t", "ი": "i",
    "კ": "k", "ლ": "l", "მ": "m", "ნ": "n", "ო": "o", "პ": "p", "ჟ": "zh", "რ": "r", "ს": "s",
    "ტ": "t", "უ": "u", "ფ": "p", "ქ": "k", "ღ": "gh", "ყ": "q", "შ": "sh", "ჩ": "ch",
    "ც": "ts", "ძ": "dz", "წ": "ts", "ჭ": "ch", "ხ": "kh", "ჯ": "j", "ჰ": "h",
}  # fmt: skip
_PERSIAN = {
    "ا": "a", "آ": "a", "ب": "b", "پ": "p", "ت": "t", "ث": "s", "ج": "j", "چ": "ch", "ح": "h",
    "خ": "kh", "د": "d", "ذ": "z", "ر": "r", "ز": "z", "ژ": "zh", "س": "s", "ش": "sh",
    "ص": "s", "ض": "z", "ط": "t", "ظ": "z", "ع": "", "غ": "gh", "ف": "f", "ق": "q", "ک": "k",
    "ك": "k", "گ": "g", "ل": "l", "م": "m", "ن": "n", "و": "v", "ه": "h", "ی": "i", "ي": "i",
    "ئ": "", "ء": "", "أ": "a", "إ": "e", "ة": "h",
}  # fmt: skip
_TABLE = {**_LATIN, **_CYRILLIC, **_ARMENIAN, **_GEORGIAN, **_PERSIAN}
_ARMENIAN_U = "ու"
_TURKIC = re.compile("[əığş]")


def latin(text: str) -> str:
    """Return a text in lower-case Latin letters without marks.

    Examples
    --------
    >>> latin("Железо"), latin("Qızıl"), latin("Պղինձ"), latin("ოქრო")
    ('zhelezo', 'qizil', 'pghindz', 'okro')
    """
    low = text.replace("İ", "i").casefold().replace(_ARMENIAN_U, "u")
    if _TURKIC.search(low):
        low = low.replace("c", "j")  # the letter c of Azerbaijani and Turkish
    out = "".join(_TABLE.get(sign, sign) for sign in low)
    if out.isascii():
        return out
    split = unicodedata.normalize("NFKD", out).casefold()  # a letter in a square is a capital
    return "".join(_TABLE.get(s, s) for s in split if not unicodedata.combining(s))


#: Spellings that vary between romanisations of one sound, folded to one of them, in this order.
_SOUNDS = (
    ("dzh", "j"), ("dj", "j"), ("zh", "j"), ("tch", "ch"), ("kh", "h"), ("gh", "g"), ("q", "g"),
    ("ck", "k"), ("ph", "f"), ("iya", "ia"), ("yo", "o"), ("ye", "e"), ("yu", "u"), ("ya", "a"),
    ("ou", "u"), ("oo", "u"), ("ee", "i"), ("y", "i"), ("ii", "i"), ("w", "v"), ("x", "h"),
)  # fmt: skip
#: Russian adjectives made of a place name: Novoselskoe is the deposit at Novosel.
_ADJECTIVE = re.compile(r"(?<=\w{4})(?:skoe|skoye|skaya|skaia|skiy|skij|skii|skoje)$")
_SHORT_ADJECTIVE = re.compile(r"(?<=\w{4})(?:noe|oe|oje|ni|ii)$")


@lru_cache(maxsize=200_000)
def plain(text: str) -> str:
    """Return the form under which two spellings of one name are alike.

    Examples
    --------
    >>> plain("Hadji") == plain("Hadzhi") == plain("Haji")
    True
    >>> plain("Novosel'skoe"), plain("Dağçay") == plain("Daghchay")
    ('novosel', True)
    """
    words = re.findall(r"[a-z0-9]+", latin(text))
    return " ".join(sound(_ADJECTIVE.sub("", word)) for word in words)


@lru_cache(maxsize=200_000)
def sound(word: str) -> str:
    """Return one word with the sounds folded that romanisations write differently."""
    for old, new in _SOUNDS:
        word = word.replace(old, new)
    return re.sub(r"(.)\1+", r"\1", word)


def skeleton(text: str) -> str:
    """Return the plain form with a and e alike: romanisations of one letter differ in that.

    Examples
    --------
    >>> skeleton("Təpə") == skeleton("Tepe")
    True
    """
    return plain(text).replace("e", "a")


def stem(word: str) -> str:
    """Return a word of `plain` form without the ending of a Russian adjective or a plural.

    Examples
    --------
    >>> stem("perevalnoe"), stem("pits")
    ('pereval', 'pit')
    """
    word = _SHORT_ADJECTIVE.sub("", word)
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word

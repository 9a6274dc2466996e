"""What people type for what documents say: chat shorthand, the field's short forms, months and years cut short.

Each entry is common usage, not something found in one question set. A word is replaced only as a whole.
"""

from __future__ import annotations

import re

_CHAT = {
    "wat": "what", "wot": "what", "wut": "what", "wen": "when", "wher": "where", "y": "why", "u": "you", "ur": "your",
    "r": "are", "n": "and", "ppl": "people", "pls": "please", "plz": "please", "abt": "about", "b4": "before",
    "bc": "because", "cuz": "because", "cos": "because", "btw": "between", "w": "with", "wo": "without",
    "w/o": "without",
    "thru": "through",
    "til": "until", "till": "until", "smth": "something", "sth": "something", "tho": "though", "dont": "do not",
    "didnt": "did not", "whats": "what is", "whos": "who is", "whens": "when is",
    "wheres": "where is", "hows": "how is",
    "gonna": "going to", "wanna": "want to", "hafta": "have to", "yr": "year", "yrs": "years", "mo": "month",
    "mos": "months", "wk": "week", "wks": "weeks", "min": "minimum", "max": "maximum", "num": "number", "nr": "number",
    "info": "information", "pop": "population", "approx": "approximately", "ok'd": "approved", "oked": "approved",
}  # fmt: skip

_FIELD = {
    "sg": "Secretary-General", "secgen": "Secretary-General", "unsg": "Secretary-General",
    "srsg": "Special Representative of the Secretary-General", "sc": "Security Council", "unsc": "Security Council",
    "scr": "Security Council resolution", "unscr": "Security Council resolution", "ga": "General Assembly",
    "res": "resolution", "reso": "resolution", "resn": "resolution", "op": "operative paragraph",
    "ops": "operative paragraphs", "pp": "preambular paragraph", "pps": "preambular paragraphs", "para": "paragraph",
    "paras": "paragraphs", "govt": "government", "gov": "government", "govts": "governments", "intl": "international",
    "natl": "national", "mil": "military", "milobs": "military observers", "obs": "observers", "hq": "headquarters",
    "pk": "peacekeeping", "pko": "peacekeeping operation", "hr": "human rights", "agmt": "agreement",
    "agrmt": "agreement",
    "cttee": "committee", "comm": "commission", "dept": "department", "rep": "representative",
    "reps": "representatives",
    "pres": "president", "pm": "prime minister", "ngos": "non-governmental organizations", "mtg": "meeting",
    "mtgs": "meetings", "truce": "ceasefire",
    "org": "organization", "orgs": "organizations", "coop": "cooperation", "pow": "prisoners of war",
    "pows": "prisoners of war", "idp": "displaced", "idps": "displaced", "vs": "against",
}  # fmt: skip

_MONTHS = {
    "jan": "January", "feb": "February", "mar": "March", "apr": "April", "jun": "June", "jul": "July", "aug": "August",
    "sep": "September", "sept": "September", "oct": "October", "nov": "November", "dec": "December",
}  # fmt: skip

_EXPANSIONS = {**_CHAT, **_FIELD, **_MONTHS}

# What two digits count, so that they are no year: "in 20 countries", "of 45 military observers".
_COUNTED = (
    r"\s*(?:%|per\s?cent|percent|days?|weeks?|months?|years?|hours?|minutes?|people|ppl\b)"
    r"|\s+(?:(?:civilian|international|local|member|mil|military)\s+)?"
    r"(?:countries|members|men|milobs|obs|observers|officers|personnel|soldiers|staff|states|troops|votes)\b"
)
# "'97", or two digits after a word that a year follows: "in 97", "nov 97", "since 94"; but no days: "nov 14".
_SHORT_YEAR = re.compile(
    r"(?<!\w)['’](?P<quoted>\d\d)\b"
    r"|\b(?P<before>in|of|since|by|early|mid|late|end|jan|january|feb|february|mar|march|apr|april|may|jun|june|jul|july"
    r"|aug|august|sept?|september|oct|october|nov|november|dec|december)"
    rf"(?P<gap>[\s-]+)(?P<bare>0\d|4[5-9]|[5-9]\d)\b(?!{_COUNTED})",
    re.IGNORECASE,
)
_WORD = re.compile(r"\bw/o\b|[^\W_]+(?:['’][^\W\d_]+)?/?")


def expand(text: str) -> str:
    """Return `text` with shorthand written out."""
    return _WORD.sub(_expanded, _SHORT_YEAR.sub(_full_year, text))


def _expanded(match: re.Match[str]) -> str:
    word = match.group().rstrip("/")
    if word.isupper() and word.lower() in _CHAT | _MONTHS:
        return match.group()  # an abbreviation, not shorthand: "US", "PP"
    full = _EXPANSIONS.get(word.lower())
    return match.group() if full is None else full + " " * match.group().endswith("/")


def _full_year(match: re.Match[str]) -> str:
    digits = match["quoted"] or match["bare"]
    # The United Nations is of 1945: two digits below are of this century.
    year = f"{'19' if int(digits) >= 45 else '20'}{digits}"
    return year if match["quoted"] else f"{match['before']}{match['gap']}{year}"

"""The colours of the mails: one hue of neutrals and one accent, once for light and once for dark.

They are the portal's (`web/styles/tokens.css`, where a test finds each of them) in plain hexadecimal, the only
notation that every mail program reads. Text keeps a contrast of at least 7:1 to what it lies on, secondary text
4.5:1; a test measures them.
"""

LIGHT = {
    "page": "#ffffff",
    "soft": "#f2f4f7",
    "text": "#1a2029",
    "quiet": "#4f5661",
    "line": "#e0e3e8",
    "accent": "#304cb5",
    "on_accent": "#ffffff",
}

DARK = {
    "page": "#15181f",
    "soft": "#1c2128",
    "text": "#eceff3",
    "quiet": "#acb1ba",
    "line": "#2b313a",
    "accent": "#90aefe",
    "on_accent": "#0c111f",
}

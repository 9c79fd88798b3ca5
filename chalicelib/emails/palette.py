"""The colours of the mails: one hue of neutrals and one accent, once for light and once for dark.

Plain hexadecimal, the only notation that every mail program reads. Text keeps a contrast of at least 7:1 to
what it lies on, secondary text 4.5:1; a test measures them.
"""

LIGHT = {
    "page": "#ffffff",
    "soft": "#f4f6f9",
    "text": "#1b2330",
    "quiet": "#566072",
    "line": "#dfe4eb",
    "accent": "#2f53c9",
    "on_accent": "#ffffff",
}

DARK = {
    "page": "#14181f",
    "soft": "#1d232d",
    "text": "#e9ecf1",
    "quiet": "#a3adbc",
    "line": "#323a47",
    "accent": "#9db4ff",
    "on_accent": "#101a3a",
}

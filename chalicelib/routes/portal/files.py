"""The portal's static files as they lie in `chalicelib/web`: what there is, under which version, and the shell page."""

from __future__ import annotations

import hashlib
from functools import cache
from html import escape
from pathlib import Path

WEB = Path(__file__).resolve().parents[2] / "web"
TYPES = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml; charset=utf-8",
}
FIRST_STYLES = ("tokens", "base", "kit")
FIRST_MODULES = ("vendor", "lib", "kit", "app")  # what every page needs; pages themselves load when they are opened
SHELL = """<!doctype html>
<html lang="en" data-assets="{base}" data-root="{root}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">
<meta name="color-scheme" content="light dark">
<title>Access Reviews</title>
<link rel="icon" href="{base}/app/mark.svg" type="image/svg+xml">
{styles}
{preloads}
<script type="module" src="{base}/app/main.js"></script>
</head>
<body>
<div id="app"></div>
<noscript><p class="no-script">Access Reviews needs JavaScript. Please allow it for this address.</p></noscript>
</body>
</html>
"""


@cache
def listed() -> dict[str, Path]:
    """Every file that may be asked for, by `folder/name`: nothing outside this list is ever read."""
    return {f"{one.parent.name}/{one.name}": one for one in sorted(WEB.glob("*/*")) if one.suffix in TYPES}


@cache
def version() -> str:
    """Changes when any file does, so that each may be kept by browsers without end."""
    digest = hashlib.sha256()
    for name, path in listed().items():
        digest.update(name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:12]


def forget() -> None:
    """Look at the files again: in the local stage they change while somebody edits them."""
    listed.cache_clear()
    version.cache_clear()
    shell.cache_clear()


@cache
def shell(root: str = "") -> str:
    """The one HTML page; which page of the portal it becomes is decided by `app/routes.js`. `root` is the path the
    portal lies below, such as `/api`; "" for a host of its own."""
    base = escape(f"{root}/assets/{version()}")
    modules = [name for name in listed() if name.split("/")[0] in FIRST_MODULES and name.endswith(".js")]
    return SHELL.format(
        base=base,
        root=escape(root),
        styles="\n".join(f'<link rel="stylesheet" href="{base}/styles/{name}.css">' for name in FIRST_STYLES),
        preloads="\n".join(f'<link rel="modulepreload" href="{base}/{name}">' for name in modules),
    )

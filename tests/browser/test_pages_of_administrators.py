"""Every page administrators see: usable by everybody (WCAG 2.2 AA), on a phone and on a desk, light and dark."""

from __future__ import annotations

import pytest

from tests.browser import pages
from tests.browser.organisation import Office
from tests.browser.portal import Portal


@pytest.mark.parametrize("who", ["admin"])
@pytest.mark.parametrize("pattern", pages.patterns())
def test_everybody_can_use_it(portal: Portal, office: Office, pattern: str, who: str) -> None:
    pages.check(portal, office, pattern, who)

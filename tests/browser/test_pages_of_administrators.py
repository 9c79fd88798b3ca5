"""Every page as an administrator has it: usable by everybody (WCAG 2.2 AA), phone and desk, light and dark."""

from __future__ import annotations

import pytest

from tests.browser import pages
from tests.browser.organisation import Office
from tests.browser.portal import Portal


@pytest.mark.parametrize("pattern", pages.running())
def test_everybody_can_use_it(portal: Portal, office: Office, pattern: str) -> None:
    pages.check(portal, office, pattern, "admin")

"""The pages about reviews as an auditor and as a catalog's owner have them: usable by everybody (WCAG 2.2 AA)."""

from __future__ import annotations

import pytest

from tests.browser import pages
from tests.browser.organisation import Office
from tests.browser.portal import Portal


@pytest.mark.parametrize("who", ["auditor", "owner"])
@pytest.mark.parametrize("pattern", pages.running())
def test_everybody_can_use_it(portal: Portal, office: Office, pattern: str, who: str) -> None:
    pages.check(portal, office, pattern, who, pages.FEW_LOOKS)

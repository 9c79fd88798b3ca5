"""The pages about reviews as an auditor and as a catalog's owner have them: usable by everybody (WCAG 2.2 AA)."""

from __future__ import annotations

import pytest

from tests.browser import pages
from tests.browser.organisation import Office
from tests.browser.portal import Portal
from tests.simulation.depth import Depth


@pytest.mark.parametrize("who", ["auditor", "owner"])
@pytest.mark.parametrize("pattern", pages.running())
def test_everybody_can_use_it(portal: Portal, office: Office, pattern: str, who: str, depth: Depth) -> None:
    """With every commit each page in one look (an administrator has been shown it in all), in a long run in two."""
    looks = pages.FEW_LOOKS if depth.long else pages.FEW_LOOKS[:: -1 if who == "owner" else 1][:1]
    pages.check(portal, office, pattern, who, looks, most=99 if depth.long else 1)

"""The plain page behind a mail's link: it names the review and says how to decide; it changes nothing."""

from __future__ import annotations

from tests.factories import Organisation
from tests.usecases.test_review_rules import closed, managed, opened
from tests.world import World


def test_an_open_review_tells_how_to_decide(world: World) -> None:
    _, _, _, policy, _ = managed(world, Organisation(world.services), 1)
    instance = opened(world, policy)
    page = world.get(f"/reviews/{instance.id}", as_=None)
    base = world.services.settings.portal_url
    decisions = f"{base}/v1.0/identityGovernance/accessReviews/definitions/{instance.definition_id}/instances"
    assert page.status == 200 and instance.name in page.text and "Open until" in page.text
    assert f"GET {decisions}/{instance.id}/decisions/filterByCurrentUser" in page.text
    assert f"PATCH {decisions}/{instance.id}/decisions/&#123;id&#125;" in page.text
    assert all(word in page.text for word in ("Approve", "Deny", "DontKnow"))


def test_a_closed_review_tells_how_to_confirm_and_no_result(world: World) -> None:
    """The mail "Please confirm" (G24) leads here, and so does "Your access has ended"."""
    _, _, _, policy, _ = managed(world, Organisation(world.services), 1)
    instance = opened(world, policy)
    closed(world, instance)
    page = world.get(f"/reviews/{instance.id}", as_=None)
    own = f"{world.services.settings.portal_url}/api/v1/reviews/{instance.id}"
    assert page.status == 200 and "is closed" in page.text and "nothing is left" not in page.text
    assert f"GET {own}<" in page.text and f"POST {own}/apply<" in page.text


def test_an_unknown_review_is_404(world: World) -> None:
    for wrong in ("nope", "f1e6b6d2-e6af-4026-8123-bfae08c74aa2"):
        assert world.get(f"/reviews/{wrong}", as_=None).status == 404

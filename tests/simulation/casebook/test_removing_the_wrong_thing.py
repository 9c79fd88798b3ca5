"""Failures 19 to 28 of other systems: access that went although it should not, or stayed and was called gone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from moto import mock_aws

from chalicelib.domain import ids
from chalicelib.domain.assignments import RequestType
from chalicelib.domain.items import ApplyResult, Decision
from chalicelib.domain.packages import NoResponse, SubjectSet
from chalicelib.domain.people import Group
from chalicelib.domain.removals import Needs, Standing
from chalicelib.domain.reviews import Status
from chalicelib.usecases.assign import end_assignment
from chalicelib.usecases.ports import Answer
from tests import factories
from tests.connectors.test_iam import IamRig
from tests.factories import ADMIN
from tests.simulation.office import Office, office

ROOT = Path(__file__).resolve().parents[3]


def denied(one: Office, *names: str) -> Any:
    """Open, deny these, close and remove; the state then."""
    one.open()
    for name in names:
        one.decide(name, Decision.DENY)
    return one.close()


def test_failure_19_the_first_of_two_grants_to_end_leaves_what_the_other_justifies() -> None:
    """TEAM removed the access at the end of the first of two overlapping grants; open for years (#279, #104). P12."""
    with office("ann", "bob", outside=True) as one:
        other = one.org.policy(one.new_package("Also payroll"))
        (second,) = one.org.assign(other, one.people["ann"])
        one.world.tick()
        state = denied(one, "ann", "bob")
        assert one.has_access() == set() and one.in_the_system() == {"ann"}
        assert (state.removed, one.removals()["ann"].standing) == (2, Standing.REMOVED)
        end_assignment(
            one.services,
            ADMIN,
            one.clock.now(),
            "the second",
            one.services.entitlements.assignment(second),
            RequestType.ADMIN_REMOVE,
        )
        one.settle()
        assert one.in_the_system() == set()


def test_failure_20_a_removal_that_is_told_to_slow_down_is_made_later() -> None:
    """TEAM did not try a revoke again after throttling or a conflict: assignments stuck for ever (#327, #256, #513).
    P13."""
    with office("ann", outside=True) as one:
        one.outside.busy = 4
        denied(one, "ann")
        one.settle(40)
        assert one.outside.busy == 0 and one.in_the_system() == set() == one.has_access()
        assert one.state.status is Status.APPLIED and one.removals()["ann"].standing is Standing.REMOVED


def test_failure_21_nothing_is_called_removed_that_is_still_there() -> None:
    """TEAM's screen said revoked while the access stayed (#255), and a failing update of the status explained nothing
    (#398). P13: what a connector says is not believed; it is read."""
    with office("ann", outside=True) as one:
        one.outside.deaf = {"user"}
        state = denied(one, "ann")
        removal = one.removals()["ann"]
        assert one.in_the_system() == {"ann"} and state.removed == 0 and state.removal_failures == 1
        assert removal.standing is Standing.FAILING and removal.reason
        assert one.items()["ann"].apply_result is ApplyResult.FAILED


def test_failure_23_a_reviewer_group_that_is_gone_wedges_nothing() -> None:
    """TEAM looked up a deleted group, got nothing, and requests stayed pending for ever (#585, #265). P4, P21: the
    review opens, its items are said to need a reviewer, and nobody loses access by that silence."""
    with office() as one:
        group = Group(id=ids.guid("group", "gone"), display_name="Gone")
        one.services.writer.put_all([group])
        review = factories.by_people(one.clock.now().date(), no_response=NoResponse.REMOVE, brake_count=99)
        review = type(review)(**{**_facts(review), "primary": (SubjectSet("groupMembers", group.id),)})
        one.policy = one.org.policy(one.package, "By a group", review)
        ann = one.org.person("ann")
        one.held = dict(zip(["ann"], one.org.assign(one.policy, ann), strict=True))
        one.services.writer.remove(group)
        one.open()
        status = one.world.get(f"/api/v1/reviews/{one.instance.id}").json
        assert (status["status"], status["needsReviewer"]) == ("InProgress", 1)
        assert one.close().outcome.kept_because == {"notAsked": 1} and one.has_access() == {"ann"}


def _facts(review: Any) -> dict[str, Any]:
    return {name: getattr(review, name) for name in review.__dataclass_fields__}


def test_failure_24_what_cannot_be_removed_says_so_to_a_person() -> None:
    """Entra denied, but the membership came from a dynamic or nested group and stayed; nobody was told
    (azure-docs#74310). P13: "needs a person", with the reason, on a list of its own and in the counts."""
    with office("ann", "bob", outside=True) as one:
        one.outside.fixed = {"user"}
        state = denied(one, "ann")
        assert (state.needs_person, state.removed) == (1, 0)
        assert one.removals()["ann"].standing is Standing.NEEDS_PERSON and "rule" in one.removals()["ann"].reason
        (listed,) = one.world.get(f"/api/v1/removals?needs={Needs.PERSON.value}").json["value"]
        assert listed["principal"]["id"] == one.people["ann"].id
    with office("ann", outside=True) as one:
        one.outside.ways = ["a nested group"]
        assert denied(one, "ann").needs_person == 1
        assert "nested" in str(one.removals()["ann"])


def test_failure_25_what_another_system_pushes_back_is_seen() -> None:
    """Groups that SCIM manages: a local removal is undone by the next push, and everybody believes it holds
    (kortix-ai/suna#5097). P13: read twice, a minute apart, and looked at for thirty days."""
    with office("ann", outside=True) as one:
        assert denied(one, "ann").removed == 1 and one.in_the_system() == set()
        one.outside.held.add(("user", one.people["ann"].id))
        one.clock.advance(days=1)
        one.world.tick()
        (back,) = one.services.removals.needing(Needs.REGRANTED, 9, None).items
        assert back.person_id == one.people["ann"].id and back.regrants


def test_failure_26_silence_locks_nobody_out() -> None:
    """Entra removed the only administrator because nobody answered (azure-docs#55024), and many at once (#108578). P14:
    the last one stays, and removals at scale wait for somebody's word."""
    with office("ann", "bob", "cy", no_response=NoResponse.REMOVE, brake_count=2) as one:
        one.open()
        state = one.close()
        assert (state.status, state.brake, state.removed) == (Status.COMPLETED, True, 0)
        assert one.has_access() == {"ann", "bob", "cy"}
    with office("ann", "bob", outside=True, no_response=NoResponse.REMOVE) as one:
        reply = one.world.call("PUT", f"/api/v1/resources/{one.resource}/keeps-one", {"keepsOne": True})
        assert reply.status in (200, 204), reply.text
        one.open()
        one.close()
        assert len(one.in_the_system()) == 1 and one.in_the_system() == one.has_access()


def test_failure_27_it_is_said_that_sessions_outlast_a_removal() -> None:
    """TEAM's sessions lived on after a removal (#195). P13: nothing here can end them, and page after page says so."""
    for name, words in {
        "identity-center": "session",
        "cognito": "tokens that were given out",
        "iam": "session",
    }.items():
        text = (ROOT / "docs" / "connectors" / f"{name}.md").read_text(encoding="utf-8").lower()
        assert words in text, name
    assert "session" in (ROOT / "docs" / "removals.md").read_text(encoding="utf-8").lower()
    texts = (ROOT / "chalicelib" / "web" / "texts-en" / "removals.js").read_text(encoding="utf-8").lower()
    assert "session" in texts


def test_failure_28_what_is_gone_already_is_no_failure() -> None:
    """IAM answers NoSuchEntity to a second removal, while moto's Identity Center accepts it silently: stand-ins are
    not to be trusted. P13: the first is a success by a test with the real client, the second by scripted answers
    (tests/connectors/scripted.py)."""
    with office("ann", outside=True) as one:
        one.open()
        one.decide("ann", Decision.DENY)
        one.outside.held.clear()
        state = one.close()
        assert (state.removed + state.gone, state.removal_failures, one.agenda().count("delivery")) == (1, 0, 0)
    with mock_aws():
        iam = IamRig()
        assert [iam.connector.revoke(iam.right, iam.ann) for _ in range(2)] == [Answer.DONE] * 2

"""The writer: conditions, versions, reading back one's own operation, all or nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from pynamodb.exceptions import TransactWriteError

from chalicelib.domain.agenda import Due, Job
from chalicelib.domain.errors import Conflict
from chalicelib.domain.people import Group
from chalicelib.usecases.ports import (
    Absent,
    Create,
    Delete,
    Drop,
    Put,
    Save,
    Services,
    Unchanged,
)
from tests.world import START

Fresh = Callable[[str], str]
pytestmark = pytest.mark.usefixtures("transactions")


def _job(fresh: Fresh, name: str = "job", **facts: object) -> Job:
    return Job(id=fresh(name), kind="import", subject_id="", actor_id="ann", created=START, **facts)


def _stored(services: Services, fresh: Fresh, name: str = "job") -> Job:
    found = services.reviews.job(fresh(name))
    assert found is not None
    return found


def test_what_exists_is_not_created_again_but_a_repeat_of_the_operation_succeeds(services: Services, fresh: Fresh):
    job = _job(fresh)
    for _ in range(2):
        services.writer.commit("one", Create(job))
    with pytest.raises(Conflict):
        services.writer.commit("two", Create(replace(job, status="other")))
    assert _stored(services, fresh) == replace(job, version=1)


def test_a_version_is_saved_once(services: Services, fresh: Fresh):
    services.writer.commit("one", Create(_job(fresh)))
    read = _stored(services, fresh)
    services.writer.commit("two", Save(replace(read, status="second")))
    with pytest.raises(Conflict):
        services.writer.commit("three", Save(replace(read, status="third")))
    assert (_stored(services, fresh).status, _stored(services, fresh).version) == ("second", 2)


def test_what_is_not_there_has_no_version_to_save(services: Services, fresh: Fresh):
    with pytest.raises(Conflict):
        services.writer.commit("one", Save(replace(_job(fresh), version=1)))
    assert services.reviews.job(fresh("job")) is None


@pytest.mark.parametrize("refusing", ["create", "save", "delete", "unchanged", "absent"])
def test_a_commit_is_done_whole_or_not_at_all(services: Services, fresh: Fresh, refusing: str):
    """P18: no change without its audit event, and the other way round."""
    services.writer.commit("one", Create(_job(fresh, "there")))
    there = replace(_stored(services, fresh, "there"), version=7)
    refused = {
        "create": Create(_job(fresh, "there")),
        "save": Save(there),
        "delete": Delete(there),
        "unchanged": Unchanged(there),
        "absent": Absent(there),
    }[refusing]
    before = _stored(services, fresh, "there")
    with pytest.raises(Conflict):
        services.writer.commit("two", Create(_job(fresh, "new")), Put(_job(fresh, "put")), refused)
    assert services.reviews.job(fresh("new")) is None and services.reviews.job(fresh("put")) is None
    assert _stored(services, fresh, "there") == before


def test_checks_that_hold_let_the_commit_through(services: Services, fresh: Fresh):
    services.writer.commit("one", Create(_job(fresh, "there")), Create(_job(fresh, "ending")))
    there, ending = _stored(services, fresh, "there"), _stored(services, fresh, "ending")
    services.writer.commit(
        "two", Unchanged(there), Absent(_job(fresh, "absent")), Delete(ending), Drop(_job(fresh, "never there"))
    )
    assert services.reviews.job(fresh("ending")) is None and _stored(services, fresh, "there") == there


def test_a_hundred_changes_go_together_and_one_more_does_not(services: Services, fresh: Fresh):
    def jobs(kind: str, number: int) -> list[Create]:
        return [Create(_job(fresh, f"{kind}{one}")) for one in range(number)]

    services.writer.commit("one", *jobs("few", 100))
    assert services.reviews.job(fresh("few99")) is not None
    with pytest.raises(TransactWriteError):
        services.writer.commit("two", *jobs("many", 101))
    assert services.reviews.job(fresh("many0")) is None


def test_two_changes_of_one_thing_do_not_go_together(services: Services, fresh: Fresh):
    with pytest.raises(TransactWriteError):
        services.writer.commit("one", Put(_job(fresh)), Drop(_job(fresh)))
    assert services.reviews.job(fresh("job")) is None


def test_what_is_too_large_for_a_row_is_refused_with_everything_beside_it(services: Services, fresh: Fresh):
    large = _job(fresh, "large", error="x" * 410_000)
    with pytest.raises(TransactWriteError):
        services.writer.commit("one", Create(_job(fresh)), Create(large))
    assert services.reviews.job(fresh("job")) is None and services.reviews.job(fresh("large")) is None


def test_a_row_of_the_agenda_is_put_and_taken_away_whatever_is_there(services: Services, fresh: Fresh):
    row = Due(when=START, kind="import", id=fresh("job"))
    for operation in ("one", "two"):
        services.writer.commit(operation, Put(row))
    assert services.reviews.due(START, "import", fresh("job")) is not None
    for operation in ("three", "four"):
        services.writer.commit(operation, Drop(row))
    assert services.reviews.due(START, "import", fresh("job")) is None


def test_texts_of_every_kind_come_back_as_they_were(services: Services, fresh: Fresh):
    texts = {"quotes": "\"'\\", "lines": "a\r\nb\u2028c\t", "signs": "€ 𝔸 🙂 \u202e é", "nothing": "", "nul": "\x00"}
    services.writer.commit("one", Create(_job(fresh, arguments=texts)))
    assert _stored(services, fresh).arguments == texts
    group = Group(id=fresh("group"), display_name="Ω🙂")
    services.writer.commit("two", Create(group))
    assert services.people.group(group.id) == replace(group, version=1)

from __future__ import annotations
import pytest
from dataclasses import replace
from datetime import timedelta
from chalicelib.domain import ids
from chalicelib.usecases.assign import Wish, assign
from chalicelib.usecases.manage_catalogs import delete_catalog
from chalicelib.usecases.manage_packages import PackageDraft, create_package, update_package
from chalicelib.usecases.manage_policies import delete_policy
from tests.factories import ADMIN, by_oneself
from tests.usecases.desk import Desk, desk
from tests.world import START
from chalicelib.domain.errors import ReviewError

@pytest.fixture
def office(aws): return desk()

@pytest.mark.parametrize("text", ["", "x"*1025, "é"*600])
@pytest.mark.parametrize("name", ["catalog","package","policy","assignment","request"])
def test_odd_ids(office, text, name):
    assert getattr(office.services.entitlements, name)(text) is None

@pytest.mark.parametrize("text", ["", "x"*1025])
def test_odd_wish(office, text):
    p = office.organisation.policy(); a = office.organisation.person("ada")
    for wish in (Wish(target_id=text, policy_id=p.id), Wish(target_id=a.id, policy_id=text)):
        with pytest.raises(ReviewError): assign(office.services, ADMIN, office.now, office.operation(), wish)

def test_odd_catalog(office):
    with pytest.raises(ReviewError):
        create_package(office.services, ADMIN, office.now, office.operation(), "x"*1025, PackageDraft(display_name="a"))

def racing(office, first):
    real = office.writer.writer
    class R:
        done=False
        def commit(self, op, *ch):
            if not self.done:
                self.done=True; first()
            return real.commit(op, *ch)
        def __getattr__(self, n): return getattr(real, n)
    return replace(office.services, writer=R())

def test_race_policy(office):
    p = office.organisation.policy(); a = office.organisation.person("ada")
    s = racing(office, lambda: assign(office.services, ADMIN, office.now, "a", Wish(target_id=a.id, policy_id=p.id)))
    with pytest.raises(ReviewError): delete_policy(s, ADMIN, office.now, "d", p.id)

def test_race_catalog(office):
    c = office.organisation.catalog()
    s = racing(office, lambda: create_package(office.services, ADMIN, office.now, "a", c.id, PackageDraft(display_name="x")))
    with pytest.raises(ReviewError): delete_catalog(s, ADMIN, office.now, "d", c.id)

def test_rename_16(office):
    k = office.organisation.package()
    for n in range(16): office.organisation.policy(k, f"P{n}")
    k = office.services.entitlements.package(k.id)
    update_package(office.services, ADMIN, office.now, "r", k, PackageDraft(display_name="New"))

def test_past_expiration(office):
    p = office.organisation.policy()
    with pytest.raises(ReviewError): office.save(p, expiration={"type":"afterDateTime","endDateTime":"2020-01-01T00:00:00Z"})

def test_versions(office):
    p = office.organisation.policy()
    assert p.version == 1

def test_rename_off(office):
    p = office.organisation.policy(review=by_oneself(START.date()))
    office.save(p, review=None); office.save(p, display_name="Z")
    assert office.definition(p).display_name.endswith("Z")

def test_long_name(office):
    c = office.organisation.catalog("\U0001F600"*256)
    c = office.organisation.catalog("İ"*256)

"""While removals wait for a confirmation: whoever can give it is told once a day, at a civil hour (G24).

A row of the agenda leads from day to day. It ends when the removals were confirmed or declined, when they lapse, or
when the series is deleted; removals of an ad-hoc review never lapse, for no review of its series follows.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from chalicelib.domain.agenda import Due
from chalicelib.domain.guard_notices import ConfirmationWaits
from chalicelib.domain.guards import CONFIRMATION
from chalicelib.domain.people import Role, User
from chalicelib.domain.reminders import send_window
from chalicelib.domain.reviews import InstanceState, Outcome, ReviewInstance
from chalicelib.domain.schedules import next_after
from chalicelib.domain.series import Needs, needs_of
from chalicelib.domain.zones import local_time
from chalicelib.usecases.agenda import done, due_now
from chalicelib.usecases.directory import expand
from chalicelib.usecases.notify_others import owners
from chalicelib.usecases.ports import Services
from chalicelib.usecases.roles import holders
from chalicelib.usecases.tell import tell_once

ONE_DAY = timedelta(days=1)


def waiting_row(instance: ReviewInstance, now: datetime) -> Due:
    """The agenda row of the first reminder: the result itself was told just now, so a day later."""
    return Due(when=send_window(now + ONE_DAY, instance.zone), kind=CONFIRMATION, id=instance.id)


def remind_of_confirmation(services: Services, instance_id: str) -> None:
    """Tell those who can confirm that removals still wait, once a local day; then move on to the next day."""
    rows, now = due_now(services, CONFIRMATION, instance_id), services.clock.now()
    instance, state = services.reviews.instance(instance_id), services.reviews.state(instance_id)
    if not rows:
        return
    if instance is not None and state is not None and not state.hidden and needs_of(state) is Needs.CONFIRMATION:
        following = send_window(now, instance.zone)
        if following <= now:
            _tell(services, instance, state, now)
            days = (now - rows[-1].when).days + 1  # after an outage one mail, not one a day
            following = send_window(rows[-1].when + days * ONE_DAY, instance.zone)
        services.writer.put_all([Due(when=following, kind=CONFIRMATION, id=instance_id)])
    done(services, rows)


def _tell(services: Services, instance: ReviewInstance, state: InstanceState, now: datetime) -> None:
    notice = _notice(services, instance, state, now)
    day = local_time(now, instance.zone).date()
    for person in who_confirms(services, instance):
        tell_once(services, person, CONFIRMATION, f"{instance.id}:{day}", notice, instance)


def who_confirms(services: Services, instance: ReviewInstance) -> list[User]:
    """Who is told: the owners of catalog and package and whoever set the review up; administrators when there is
    nobody of these."""
    told = {one.id: one for one in owners(services, instance, Role.CATALOG_OWNER, Role.PACKAGE_MANAGER)}
    told |= services.people.users([instance.saved_by] if instance.saved_by else [])
    reachable = [one for one in told.values() if one.can_take_part]
    return reachable or _administrators(services)


def _administrators(services: Services) -> list[User]:
    found: dict[str, User] = {}
    for grant in holders(services, Role.ADMINISTRATOR, ""):
        if grant.principal_kind == "group":
            found |= {one.id: one for one in expand(services, grant.principal_id)}
        else:
            found |= services.people.users([grant.principal_id])
    first = services.people.user_by_principal_name(services.settings.first_administrator)
    return list((found | ({first.id: first} if first else {})).values())


def _notice(services: Services, instance: ReviewInstance, state: InstanceState, now: datetime) -> ConfirmationWaits:
    outcome = state.outcome or Outcome()
    return ConfirmationWaits(
        now=now,
        review=instance.name,
        package=instance.package_name,
        closed=state.ends,
        zone=instance.zone,
        link=f"{services.settings.portal_url.rstrip('/')}/admin/reviews/{instance.id}/confirm",
        to_remove=outcome.outstanding,
        people=outcome.total,
        brake=state.brake,
        lapses=lapses(services, instance, now),
    )


def lapses(services: Services, instance: ReviewInstance, now: datetime) -> datetime | None:
    """When the next review of the series opens, which ends the wait; None when none will."""
    definition = services.reviews.definition(instance.definition_id)
    if definition is None or definition.ended is not None or not definition.settings.enabled:
        return None
    following = next_after(definition.settings.schedule, now)
    return following.opens if following else None

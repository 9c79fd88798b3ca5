"""Removing what one item denies: asked for and read once, and at least a minute later read again (R117-R120, G26).

The systems outside come first: the assignment ends when its rights have been seen gone twice, so that an ordinary
removal is one transaction. What is not seen gone then is owed to the ended assignment, and delivery goes on (R120).
A package that is merely recorded has nothing outside: its assignment ends at the first look, which is the only one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from chalicelib.domain import ids
from chalicelib.domain.assignments import Assignment, AssignmentRequest, RequestType
from chalicelib.domain.items import BY_RULE, ApplyResult, DecisionItem
from chalicelib.domain.lifetimes import is_over
from chalicelib.domain.people import SYSTEM, User
from chalicelib.domain.removals import (
    BETWEEN_LOOKS,
    RESULTS,
    Removal,
    Standing,
    ended_as,
    granted_again,
    seen_absent,
)
from chalicelib.domain.resources import Right, outside
from chalicelib.domain.reviews import InstanceState, ReviewInstance
from chalicelib.usecases import notify_others
from chalicelib.usecases.assign import end_assignment
from chalicelib.usecases.bring_about import End, Told, brought_about, is_held, kept_elsewhere
from chalicelib.usecases.deliver import record
from chalicelib.usecases.judge_removals import LEFT, seen_gone, tell_result, verified
from chalicelib.usecases.ports import Change, Create, Save, Services
from chalicelib.usecases.regrants import regrant_inside, seen_again
from chalicelib.usecases.try_delivery import try_now

ENDED_BEFORE = "The assignment had ended before."


@dataclass(frozen=True)
class Removing:
    """One denied item on its way out."""

    services: Services
    instance: ReviewInstance
    state: InstanceState
    item: DecisionItem
    patient: bool = True  # wait for a system outside that asks to slow down, rather than leave it to delivery

    @property
    def operation(self) -> str:
        """The same in every try."""
        return f"remove:{self.instance.id}:{self.item.id}"

    @property
    def moment(self) -> datetime:
        """The instant a removal bears, the same in every try: the close, or the decision's if that took effect at
        once."""
        last = self.item.last
        if self.instance.settings.cut_now and last is not None and last.by != BY_RULE:
            return datetime.fromtimestamp(last.at / 1000, UTC)
        return self.state.ends

    def first_look(self, again: bool) -> ApplyResult | Removal | Told:
        """Ask the systems outside and read once. A result when that was all there was to do; a removal to be looked
        at a second time (`again`: by the applying phase), not saved; what a system said that is not to be asked now.
        """
        services = self.services
        assignment = services.entitlements.assignment(self.item.assignment_id)
        if assignment is None or self.item.cancelled or is_over(assignment, self.moment):
            return self._over(assignment)
        package = services.entitlements.package(assignment.package_id)
        rights = outside(package.role_scopes) if package else ()
        if not rights:
            return self._recorded(assignment)
        known = services.removals.removal(self.instance.id, self.item.id)
        if known is not None and (known.outcome or known.absent):
            return replace(known, again=again)
        removal = replace(known or self._fresh(), rights=rights, again=again)
        person = services.people.user(assignment.target_id)
        if person is None:
            return replace(removal, reason=LEFT)
        asked = self._asked(removal, assignment, person)
        return asked if isinstance(asked, Told) else asked[0]

    def second_look(self, removal: Removal) -> Removal | Told:
        """Read again and end the assignment. The removal as it stands then, saved; what was told while it is too early
        or a system is not to be asked now."""
        services, now = self.services, self.services.clock.now()
        assignment = services.entitlements.assignment(self.item.assignment_id)
        if removal.standing is not Standing.UNDER_WAY:  # held back, or a worker died over the item
            tell_result(services, assignment, replace(removal, standing=Standing.UNDER_WAY), removal)
            return removal
        if assignment is None or is_over(assignment, self.moment):
            return self._over_meanwhile(assignment, removal)
        if removal.absent and now - removal.absent[0] < BETWEEN_LOOKS:
            return Told(End.PENDING, wait=BETWEEN_LOOKS)
        seen = self._judged(removal, assignment)
        return seen if isinstance(seen, Told) else self._ended(removal, seen[0], assignment, seen[1])

    def _asked(self, removal: Removal, assignment: Assignment, person: User) -> tuple[Removal, Standing] | Told:
        """Have the rights taken away that no other assignment contains, and give back what one made this very moment
        does (R9). One that is still being delivered is left to delivery. The removal, and where it would stand if
        this were the last try."""
        services, now = self.services, self.services.clock.now()
        if assignment.delivery is not None:
            return replace(removal, reason="Its delivery is not finished."), Standing.FAILING
        kept = kept_elsewhere(services, assignment)
        wanted = [right for right in removal.rights if right not in kept]
        told = [brought_about(services, right, person, False) for right in wanted]
        for right in kept_elsewhere(services, assignment) if wanted else ():
            if right in wanted:
                brought_about(services, right, person, True)
        busy = next((one for one in told if one.end is End.THROTTLED), None)
        if busy is not None and self.patient:
            return busy
        words = "; ".join(dict.fromkeys(one.words for one in told if one.words))[:500]
        taken = all(one.end in (End.DONE, End.PENDING) for one in told)
        asked = replace(removal, accepted=removal.accepted or (now if taken else None), reason=words)
        return (seen_absent(asked, now) if all(one.end is End.DONE for one in told) else asked), _standing(told)

    def _judged(self, removal: Removal, assignment: Assignment) -> tuple[Removal, tuple[Right, ...] | None] | Told:
        """What the second look tells, and the rights that are owed when the assignment ends (None: all)."""
        services, now = self.services, self.services.clock.now()
        person = services.people.user(assignment.target_id)
        if person is None:
            return ended_as(removal, Standing.ALREADY_GONE, now, LEFT), ()
        if not removal.absent:
            tried = self._asked(removal, assignment, person)
            if isinstance(tried, Told):
                return tried
            return ended_as(tried[0], tried[1], now, tried[0].reason), None
        kept = {r: one.display_name for r, one in kept_elsewhere(services, assignment).items() if r in removal.rights}
        reads = [is_held(services, right, person) for right in removal.rights if right not in kept]
        if any(reads):
            back = replace(removal, absent=())
            return ended_as(back, Standing.FAILING, now, "The access was back when it was looked at again."), None
        if None in reads:
            return ended_as(removal, Standing.FAILING, now, "It could not be read a second time."), None
        if kept:  # the ended assignment has to be looked at with them: another may end this very moment
            return seen_absent(removal, now), tuple(kept)
        return seen_gone(services, seen_absent(removal, now), now, kept), ()

    def _ended(
        self, before: Removal, after: Removal, assignment: Assignment, owed: tuple[Right, ...] | None
    ) -> Removal:
        """End the assignment in one commit that says what was seen. An ordinary removal is written beside it, which is
        cheaper: the end that took nothing more tells a later worker what it was."""
        plain = after.standing is Standing.REMOVED
        also: list[Change] = [] if plain else [Save(after) if before.version else Create(after)]
        if after.outcome:
            also.append(Create(verified(after, SYSTEM, self.operation, self.services.clock.now())))
        request = self.end(assignment, owed, also)
        if request is None:
            return self._over_meanwhile(assignment, before)
        if plain:
            self.services.writer.put_all([after])
        after = replace(after, version=before.version + 1)
        if after.standing is Standing.UNDER_WAY:
            return self._once_more(assignment.id, request, after)
        tell_result(self.services, assignment, before, after)
        return after

    def end(
        self, assignment: Assignment, owed: tuple[Right, ...] | None, also: Sequence[Change] = ()
    ) -> AssignmentRequest | None:
        """End the very assignment that was reviewed; None when it was over already."""
        return end_assignment(
            self.services,
            SYSTEM,
            self.moment,
            self.operation,
            assignment,
            RequestType.SYSTEM_REMOVE,
            justification=f"Denied in {self.instance.name}",
            instance_id=self.instance.id,
            item_id=self.item.id,
            rights=owed,
            also=also,
        )

    def _once_more(self, assignment_id: str, request: AssignmentRequest, removal: Removal) -> Removal:
        """Look at what an ended assignment still owes; what is left then is delivery's, which corrects the item."""
        ended = self.services.entitlements.assignment(assignment_id)
        if ended is not None and ended.delivery is not None:
            attempt = try_now(self.services, ended, ended.delivery)
            current = self.services.entitlements.request(request.id) or request
            if attempt is not None:
                record(self.services, ended, attempt, current)
        return self.services.removals.removal(self.instance.id, self.item.id) or removal

    def _recorded(self, assignment: Assignment) -> ApplyResult:
        """End an assignment with nothing outside, or the delivery it is still owed of what was."""
        request = self.end(assignment, None)
        if request is None:
            return ApplyResult.GONE
        if request.state != "delivered":
            return RESULTS[self._once_more(assignment.id, request, self._fresh()).standing]
        notify_others.access_ended(self.services, self.instance, self.item, assignment, self.services.clock.now())
        return ApplyResult.DONE

    def _over(self, assignment: Assignment | None) -> ApplyResult | Removal:
        """The assignment is over: by our own hand in a try before, or by another's; then a newer one of the same
        person survives (G27), and the removal tells of it."""
        request = self.services.entitlements.request(ids.request_id(self.moment, self.operation))
        known = self.services.removals.removal(self.instance.id, self.item.id)
        if request is None or assignment is None:
            return self._told_of(known or self._fresh())
        if request.state != "delivered":
            return self._once_more(assignment.id, request, known or self._fresh())
        if known is not None and known.standing is Standing.UNDER_WAY:
            now = self.services.clock.now()
            return ended_as(seen_absent(known, now), Standing.REMOVED, now)
        if known is not None:
            return known
        notify_others.access_ended(self.services, self.instance, self.item, assignment, self.services.clock.now())
        return ApplyResult.DONE

    def _told_of(self, removal: Removal) -> ApplyResult | Removal:
        """Nothing was left to end; a newer assignment is a re-grant, and recorded as one."""
        services, now = self.services, self.services.clock.now()
        newer = regrant_inside(services, removal, self.instance.package_id, now)
        told = granted_again(removal, newer) if newer else None
        if told is None:
            return ended_as(removal, Standing.ALREADY_GONE, now, ENDED_BEFORE) if removal.version else ApplyResult.GONE
        return seen_again(services, self.instance, ended_as(told, Standing.ALREADY_GONE, now, ENDED_BEFORE))

    def _over_meanwhile(self, assignment: Assignment | None, removal: Removal) -> Removal:
        """Somebody ended the assignment between the two looks; whatever is left outside is owed to that end."""
        found = self._over(assignment)
        if not isinstance(found, Removal):
            standing = Standing.REMOVED if found is ApplyResult.DONE else Standing.ALREADY_GONE
            found = ended_as(removal, standing, self.services.clock.now(), ENDED_BEFORE)
        if found.version == removal.version:
            self.services.writer.put_all([found])
        tell_result(self.services, assignment, removal, found)
        return found

    def _fresh(self) -> Removal:
        return Removal(
            instance_id=self.instance.id,
            item_id=self.item.id,
            assignment_id=self.item.assignment_id,
            person_id=self.item.principal_id,
            begun=self.services.clock.now(),
        )


def _standing(told: Sequence[Told]) -> Standing:
    """Where a removal stands after a try: it needs a person only if nothing else is left to wait for."""
    ends = {one.end for one in told if one.end is not End.DONE}
    if End.PENDING in ends:
        return Standing.PENDING
    return Standing.NEEDS_PERSON if ends == {End.PERSON} else Standing.FAILING

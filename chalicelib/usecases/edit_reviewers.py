"""Editing who reviews a running review, and giving items that nobody can decide a reviewer (R140, R141, G31, G10)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from chalicelib.domain import errors, ids
from chalicelib.domain.audit import event
from chalicelib.domain.packages import ReviewerKind, ReviewSettings, SubjectSet
from chalicelib.domain.parts import MyReview
from chalicelib.domain.people import Actor, User
from chalicelib.domain.reviewers import FALLBACK, NAMED, Panel, Subjects, reviewers_now
from chalicelib.domain.reviews import InstanceState, ReviewInstance, SharedSet, Status
from chalicelib.usecases.control_review import TRIES, check_manages, current
from chalicelib.usecases.directory import expand
from chalicelib.usecases.joining import Joining, items_of_set, join, leave, once, own_item, tell
from chalicelib.usecases.panels import panels
from chalicelib.usecases.ports import Change, Create, Save, Services

TOGETHER = 10  # people per commit; each is at most five rows of a transaction's hundred


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviewers:
    """The reviewers of a running review as they shall be; None leaves them as they are."""

    primary: Subjects | None = None
    fallback: Subjects | None = None


def edit_reviewers(
    services: Services, actor: Actor, instance: ReviewInstance, wish: Reviewers, now: datetime, operation: str
) -> None:
    """Add and remove named reviewers, add fallback reviewers. Only while the review is in progress; the kind of
    reviewer stays, and a removed reviewer's decisions stand (R140, R141, G31). Doing it twice changes nothing.

    Raises Forbidden, Conflict (state, kind, a fallback removed), InvalidInput (nobody left, unknown people).
    """
    check_manages(actor, instance)
    for attempt in range(TRIES):
        state = current(services, instance)
        if state.status is not Status.IN_PROGRESS or now >= state.ends:
            raise errors.Conflict(f"Reviewers can be edited while the review is InProgress; it is {state.status}.")
        before = reviewers_now(instance, state)
        after = (
            before[0] if wish.primary is None else _distinct(wish.primary),
            before[1] if wish.fallback is None else _distinct(wish.fallback),
        )
        if set(after[0]) == set(before[0]) and set(after[1]) == set(before[1]):
            return
        _check(instance.settings, before, after)
        edit = _Edit(services, instance, now, state)
        edit.remove(before[0], after[0])
        edit.add(before, after)
        try:
            edit.commit(actor, before, after, f"{operation}:{attempt}")
        except errors.Conflict:
            continue
        return
    raise errors.Throttled("The review is being worked on. Try again in a moment.")


def _distinct(subjects: Subjects) -> Subjects:
    return tuple(dict.fromkeys(subjects))


def _check(settings: ReviewSettings, before: tuple[Subjects, Subjects], after: tuple[Subjects, Subjects]) -> None:
    """R140, R141."""
    if settings.reviewers is ReviewerKind.SELF:
        raise errors.Conflict("Reviewers of a self-review cannot be edited.")
    if set(after[0]) != set(before[0]):
        if settings.reviewers is not ReviewerKind.SPECIFIC:
            raise errors.Conflict("Only named reviewers can be edited while a review runs.", "reviewers")
        if not after[0]:
            raise errors.InvalidInput("At least one reviewer must remain.", "reviewers")
        if any(subject.kind == "targetManager" for subject in after[0]):
            raise errors.Conflict("The kind of reviewer is fixed while a review runs: named people.", "reviewers")
    if set(before[1]) - set(after[1]):
        raise errors.Conflict("Fallback reviewers can be added but not removed.", "fallbackReviewers")
    if any(subject.kind == "targetManager" for subject in after[1]):
        raise errors.InvalidInput("Fallback reviewers are people or groups.", "fallbackReviewers")


class _Edit:
    """One edit: the changes to rows, person by person, and the state it leads to."""

    def __init__(self, services: Services, instance: ReviewInstance, now: datetime, state: InstanceState) -> None:
        self.services, self.instance, self.now, self.state = services, instance, now, state
        self.people: list[list[Change]] = []

    def remove(self, before: Subjects, after: Subjects) -> None:
        """Those who are named no more leave the sets they are in, with everybody who reviews on their behalf."""
        gone = set(before) - set(after)
        if not gone:
            return
        staying = {user.id for user in self._expanded(after, "reviewers", known=before)}
        leaving = [user for user in self._expanded(gone, "reviewers", known=before) if user.id not in staying]
        for user in leaving:
            for part in self.services.reviews.parts_now(user.id, self.instance):
                if not part.removed and not part.on_behalf_of and part.reason == NAMED:
                    self._leave(part)
        names = {user.id for user in leaving}
        self.state = replace(
            self.state,
            taken_off=tuple(sorted(names | set(self.state.taken_off))),
            shared=tuple(_without(shared, names) for shared in self.state.shared),
        )

    def _leave(self, part: MyReview) -> None:
        services, changes = self.services, leave(self.services, self.instance, part)
        for given in part.handed:
            for helper in services.reviews.parts_now(given.to, self.instance):
                same = (helper.set_id, helper.on_behalf_of) == (part.set_id, part.user_id)
                if same and not helper.removed:
                    changes += leave(services, self.instance, helper)
        self.people.append(changes)

    def add(self, before: tuple[Subjects, Subjects], after: tuple[Subjects, Subjects]) -> None:
        """Those newly named join the set they are named for, and take on what had nobody."""
        found = panels(self.services, self.instance)
        for place, field, role, members in (
            (0, "reviewers", NAMED, found.primary),
            (1, "fallbackReviewers", FALLBACK, found.fallback),
        ):
            panel = Panel(role=role, members=tuple(members))
            fresh = set(after[place]) - set(before[place])
            for user in self._expanded(fresh, field, known=()):
                for set_id in {panel.set_id, ids.NO_SET}:
                    self._join(user, set_id, role)

    def _join(self, user: User, set_id: str, role: str) -> None:
        items = items_of_set(self.services, self.instance, self.state, set_id)
        own = own_item(self.services, self.instance, self.state, set_id, user.id) if items else ""
        if items <= int(bool(own)):
            return  # nothing there that they could decide
        wish = Joining(user=user, set_id=set_id, reason=role, items=items, own_item=own)
        changes = join(self.services, self.instance, wish, self.now)
        if changes:
            self.people.append(changes)
            self.state = with_member(self.state, set_id, user.id)

    def _expanded(self, subjects: Iterable[SubjectSet], field: str, known: Subjects) -> list[User]:
        """The people subjects stand for. Raises InvalidInput for one that is new and does not exist."""
        people: dict[str, User] = {}
        for subject in subjects:
            if subject.kind == "groupMembers":
                there = self.services.people.group(subject.id) is not None
                found = expand(self.services, subject.id)
            else:
                person = self.services.people.user(subject.id)
                there, found = person is not None, [person] if person else []
            if not there and subject not in known:
                raise errors.InvalidInput("There is no such person or group.", field)
            people |= {user.id: user for user in found if user.enabled or subject in known}
        return list(people.values())

    def commit(
        self, actor: Actor, before: tuple[Subjects, Subjects], after: tuple[Subjects, Subjects], operation: str
    ) -> None:
        """Rows first, ten people at a time, then the state: killed in between, the same edit does the rest."""
        target = ("reviewInstance", self.instance.id)
        batches = [self.people[start : start + TOGETHER] for start in range(0, len(self.people), TOGETHER)]
        for number, batch in enumerate(batches[:-1]):
            changes = once(change for person in batch for change in person)
            part = f"{operation}:{number}"
            recorded = event(self.now, actor, "Policy", "Update access review", target, part)
            self.services.writer.commit(part, *changes, Create(recorded))
        last = once(change for person in (batches[-1] if batches else []) for change in person)
        names = ("reviewers", "fallbackReviewers")
        changed = {
            name: [[one.id for one in before[place]], [one.id for one in after[place]]]
            for place, name in enumerate(names)
            if set(before[place]) != set(after[place])
        }
        recorded = event(self.now, actor, "Policy", "Update access review", target, operation, changes=changed)
        state = replace(self.state, primary=after[0], fallback=after[1])
        self.services.writer.commit(operation, Save(state), *last, Create(recorded))
        tell(self.services, [change for person in self.people for change in person])


def _without(shared: SharedSet, names: set[str]) -> SharedSet:
    return replace(shared, members=tuple(one for one in shared.members if one not in names))


def with_member(state: InstanceState, set_id: str, user_id: str) -> InstanceState:
    """The state with one more member of a set of several (or of the set of nobody), who is removed no more."""
    shared = tuple(
        replace(one, members=(*one.members, user_id)) if one.id == set_id and user_id not in one.members else one
        for one in state.shared
    )
    more = sum(len(one.members) for one in shared) - sum(len(one.members) for one in state.shared)
    taken_off = tuple(one for one in state.taken_off if one != user_id)
    return replace(state, shared=shared, reviewers=state.reviewers + more, taken_off=taken_off)

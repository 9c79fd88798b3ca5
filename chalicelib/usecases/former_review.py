"""What has changed about an assignment since the former review of the same series.

The former population lies frozen in the bucket, in chunks by assignment id. The new one is frozen in the same
order, so that both are walked side by side with one chunk of the former in memory.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from chalicelib.domain.items import Change
from chalicelib.domain.reviews import OPENING, ReviewInstance, Status
from chalicelib.usecases.frozen_files import Facts, chunk_of, facts_of, manifest_of
from chalicelib.usecases.ports import Services

LOOKED_AT = 10  # occurrences; those that failed tell nothing


@dataclass
class FormerReview:
    """The former review's frozen facts, walked in the order of assignment ids."""

    services: Services
    instance: ReviewInstance
    chunk: int = -1
    until: str | None = ""  # the last assignment id of the chunk at hand; None: it is the last chunk
    facts: dict[str, Facts] = field(default_factory=dict)

    def changes(self, assignment_id: str, now: Facts) -> list[str]:
        """The changes of an assignment as values of `Change`. Ids must not go back from call to call."""
        self._walk_to(assignment_id)
        then = self.facts.get(assignment_id)
        return [change.value for change in differences(then, now)]

    def _walk_to(self, assignment_id: str) -> None:
        if self.chunk < 0:
            found = chunk_of(self.services, self.instance, assignment_id)
            self._load(found if found is not None else 0)
        while self.until is not None and assignment_id > self.until:
            self._load(self.chunk + 1)

    def _load(self, chunk: int) -> None:
        manifest = manifest_of(self.services, self.instance.id, chunk)
        self.chunk, self.until = chunk, manifest.after if manifest else None
        self.facts = facts_of(self.services, self.instance.id, chunk)


def differences(then: Facts | None, now: Facts) -> list[Change]:
    """What differs between two reviews; `then` is None for who was not in the former one."""
    if then is None:
        return [Change.NEW]
    renewed = then.ends is not None and (now.ends is None or now.ends > then.ends)
    found = {
        Change.RENEWED: renewed,
        Change.MANAGER: then.manager != now.manager,
        Change.DEPARTMENT: then.department != now.department,
    }
    return [change for change, differs in found.items() if differs]


def former_review(services: Services, instance: ReviewInstance) -> FormerReview | None:
    """The latest earlier occurrence of the same series whose population was frozen; None when there is none."""
    found = former_instance(services, instance)
    return FormerReview(services, found) if found else None


def former_instance(services: Services, instance: ReviewInstance) -> ReviewInstance | None:
    """The occurrence that `former_review` walks."""
    recent = services.reviews.instances_of(instance.definition_id, LOOKED_AT, None).items
    earlier = [one for one in recent if one.opens < instance.opens and one.id != instance.id]
    states = services.reviews.states(one.id for one in earlier)
    for one in earlier:
        state = states.get(one.id)
        if state is not None and state.status not in OPENING and state.status is not Status.FAILED:
            return one
    return None

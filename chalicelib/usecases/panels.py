"""Who the settings of a review name as its reviewers: groups opened up, owners looked up, frozen at the opening
(R69, R72)."""

from __future__ import annotations

import msgspec

from chalicelib.domain.packages import ReviewerKind, SubjectSet
from chalicelib.domain.people import Role, User
from chalicelib.domain.reviewers import NAMED, OWNER
from chalicelib.domain.reviews import ReviewInstance
from chalicelib.usecases.directory import expand
from chalicelib.usecases.frozen_files import Panels, folder
from chalicelib.usecases.ports import Services
from chalicelib.usecases.roles import holders


def panels(services: Services, instance: ReviewInstance, counted: int = 0) -> Panels:
    """The reviewers named by the settings, expanded and frozen at the first call (R69, R72). `counted` is the size
    of the population when that is known already."""
    key = f"{folder(instance.id)}/panels.json"
    stored = services.files.get(key)
    if stored is None:
        counted = counted or services.entitlements.count_assignments_of_policy(instance.policy_id)
        services.files.put_once(key, msgspec.json.encode(expanded(services, instance, counted)))
        stored = services.files.get(key) or b""
    return msgspec.json.decode(stored, type=Panels)


def expanded(services: Services, instance: ReviewInstance, counted: int) -> Panels:
    """The reviewers named by the settings as they are this moment; nothing is frozen."""
    settings = instance.settings
    owners = settings.reviewers is ReviewerKind.OWNERS
    return Panels(
        primary_role=OWNER if owners else NAMED,
        primary=_owners(services, instance) if owners else _named(services, settings.primary),
        fallback=_named(services, settings.fallback),
        counted=counted,
    )


def _named(services: Services, subjects: tuple[SubjectSet, ...]) -> list[str]:
    people: list[User] = []
    single = [subject.id for subject in subjects if subject.kind == "singleUser"]
    found = services.people.users(single)
    people += [found[one] for one in single if one in found]
    for subject in subjects:
        if subject.kind == "groupMembers":
            people += expand(services, subject.id)
    return list(dict.fromkeys(person.id for person in people if person.enabled))


def _owners(services: Services, instance: ReviewInstance) -> list[str]:
    """The package's managers and the catalog's owners (brief, decision 2: ownersReview)."""
    grants = holders(services, Role.PACKAGE_MANAGER, f"package:{instance.package_id}")
    grants += holders(services, Role.CATALOG_OWNER, f"catalog:{instance.catalog_id}")
    kinds = {"user": "singleUser", "group": "groupMembers"}
    return _named(services, tuple(SubjectSet(kinds[g.principal_kind], g.principal_id) for g in grants))

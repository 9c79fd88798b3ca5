"""Every key pattern of every table, as functions. Ids are fixed-length and free of `#`, so that a prefix can
never match a neighbour. `docs/table-design.md` lists them with the access pattern each one serves."""

from __future__ import annotations

from datetime import date, datetime

from chalicelib.domain import ids


def instant(moment: datetime) -> str:
    """A sortable text of an instant, to the millisecond, UTC."""
    return moment.strftime("%Y%m%dT%H%M%S.") + f"{moment.microsecond // 1000:03d}"


# directory ------------------------------------------------------------------------------------------------
def spread(text: str) -> str:
    """One of 16 partitions, from the text's hash."""
    return ids.digest(text)[0]


def user(user_id: str) -> tuple[str, str]:
    return f"U#{spread(user_id)}", user_id


def first_letter(text: str) -> str:
    """The partition of a name: its first character, lower case; `_` for an empty one."""
    return text[:1].lower() or "_"


def principal_name(name: str) -> tuple[str, str]:
    return f"P#{first_letter(name)}", name.lower()


def display_name_index(name: str) -> tuple[str, str]:
    return f"N#{first_letter(name)}", name.lower()


def group(group_id: str) -> tuple[str, str]:
    return f"G#{spread(group_id)}", group_id


def membership(group_id: str, member_id: str) -> tuple[str, str]:
    return f"M#{group_id}", member_id


def member_index(group_id: str, member_id: str) -> tuple[str, str]:
    return f"O#{member_id}", group_id


def role_grant(role: str, scope: str, principal_id: str) -> tuple[str, str]:
    return "ROLES", f"{role}#{scope}#{principal_id}"


def mail_texts() -> tuple[str, str]:
    return "SETTINGS", "mail"


# entitlements ---------------------------------------------------------------------------------------------
def catalog(catalog_id: str) -> tuple[str, str]:
    return "CATALOGS", catalog_id


def package(package_id: str) -> tuple[str, str]:
    return "PACKAGES", package_id


def package_index(catalog_id: str, package_id: str) -> tuple[str, str]:
    return f"C#{catalog_id}", package_id


def policy(policy_id: str) -> tuple[str, str]:
    return "POLICIES", policy_id


def policy_index(package_id: str, policy_id: str) -> tuple[str, str]:
    return f"K#{package_id}", policy_id


def unique_name(scope: str, name: str) -> tuple[str, str]:
    return f"NAME#{scope}", name.lower()


def assignment(policy_id: str, assignment_id: str) -> tuple[str, str]:
    """With its policy. An id begins like the id of the policy it was made through, so it will do for that too."""
    return assignments_of_policy(policy_id), assignment_id


def assignments_of_policy(policy_id: str) -> str:
    return f"A#{ids.place(policy_id)}"


def moved(assignment_id: str) -> tuple[str, str]:
    return f"V#{assignment_id}", "V"


def timers(place: str, minute: datetime) -> str:
    """The partition of one minute of the assignments whose ids begin with this place."""
    return f"X#{place}#{minute:%Y%m%dT%H%M}"


def timer(minute: datetime, assignment_id: str) -> tuple[str, str]:
    return timers(ids.place(assignment_id), minute), assignment_id


def assignment_index(target_id: str, created: datetime) -> tuple[str, str]:
    return f"T#{target_id}", instant(created)


def holding(target_id: str, package_id: str) -> tuple[str, str]:
    return holdings(target_id), package_id


def holdings(target_id: str) -> str:
    return f"H#{target_id}"


def resource(resource_id: str) -> tuple[str, str]:
    return resources_of_catalog(resource_id), resource_id


def resources_of_catalog(catalog_or_resource_id: str) -> str:
    return f"E#{ids.place(catalog_or_resource_id)}"


def resource_request(request_id: str) -> tuple[str, str]:
    return "RESOURCE-REQUESTS", request_id


def incompatibility(listed_id: str, package_id: str) -> tuple[str, str]:
    return f"X#{listed_id}", package_id


def request(request_id: str) -> tuple[str, str]:
    return request_month(ids.request_moment(request_id)), request_id


def request_index(target_id: str, request_id: str) -> tuple[str, str]:
    return f"Q#{target_id}", request_id


def request_month(moment: datetime) -> str:
    return f"R#{moment:%Y%m}"


# reviews --------------------------------------------------------------------------------------------------
def definition(definition_id: str) -> tuple[str, str]:
    return "DEFINITIONS", definition_id


def series_of_package(package_id: str) -> str:
    return f"K#{package_id}"


def series_pointer(package_id: str, policy_id: str, definition_id: str) -> tuple[str, str]:
    return series_of_package(package_id), f"{policy_id}#{definition_id}"


def newest_review(policy_id: str) -> tuple[str, str]:
    return f"P#{policy_id}", "N"


def missed_of(definition_id: str) -> str:
    return f"M#{definition_id}"


def missed(definition_id: str, day: date) -> tuple[str, str]:
    return missed_of(definition_id), f"{day:%Y%m%d}"


def instances_of(definition_or_instance_id: str) -> str:
    return f"D#{ids.place(definition_or_instance_id)}"


def instance(instance_id: str) -> tuple[str, str]:
    return instances_of(instance_id), instance_id


def review(instance_id: str) -> str:
    """The partition of everything that changes about one instance."""
    return f"I#{instance_id}"


def state(instance_id: str) -> tuple[str, str]:
    return review(instance_id), "B"


def counter(instance_id: str, stream_shard: str) -> tuple[str, str]:
    return review(instance_id), f"C#{ids.digest(stream_shard)[:8]}"


def shared_set(instance_id: str, set_id: str, shard: str) -> tuple[str, str]:
    return review(instance_id), f"D#{set_id}{shard}"


def reviewer(instance_id: str, set_id: str, user_id: str, on_behalf_of: str = "") -> tuple[str, str]:
    """A set of one is found by its id alone; members of a shared set, and those who joined later, follow it."""
    if not user_id or set_id == ids.set_of_one(user_id):
        return review(instance_id), f"R#{set_id}"
    return review(instance_id), f"R#{set_id}#{user_id}{_behalf(on_behalf_of)}"


def _behalf(on_behalf_of: str) -> str:
    return f"#{on_behalf_of}" if on_behalf_of else ""


def my_reviews(user_id: str) -> str:
    return f"U#{user_id}"


def my_review(user_id: str, opens: datetime, instance_id: str, set_id: str, on_behalf_of: str = "") -> tuple[str, str]:
    return my_reviews(user_id), f"R#{opens:%Y%m%dT%H%M}#{instance_id}#{set_id}{_behalf(on_behalf_of)}"


def my_parts(opens: datetime, instance_id: str) -> str:
    return f"R#{opens:%Y%m%dT%H%M}#{instance_id}#"


def standing_delegate(user_id: str) -> tuple[str, str]:
    return my_reviews(user_id), "A"


def due(when: datetime, kind: str, subject_id: str) -> tuple[str, str]:
    return "DUE", f"{instant(when)}#{kind}#{subject_id}"


def live_review(closes: datetime, instance_id: str) -> tuple[str, str]:
    """Reviews that are not over, by their planned close."""
    return "LIVE", f"{instant(closes)}#{instance_id}"


def cuts(instance_id: str) -> str:
    return f"X#{instance_id}"


def cut(instance_id: str, item_id: str) -> tuple[str, str]:
    return cuts(instance_id), item_id


def attempt(actor_id: str, asked: str) -> tuple[str, str]:
    return f"Y#{actor_id}", asked


def job(job_id: str) -> tuple[str, str]:
    return f"J#{job_id}", "J"


def import_begun(created: datetime, job_id: str) -> tuple[str, str]:
    return "IMPORTS", f"{instant(created)}#{job_id}"


# reports --------------------------------------------------------------------------------------------------
def ended_month(month: datetime) -> str:
    return f"E#{month:%Y%m}"


def ended(ends: datetime, instance_id: str) -> tuple[str, str]:
    """A review that has ended, by the month and instant of its end."""
    return ended_month(ends), f"{instant(ends)}#{instance_id}"


def last_review(policy_id: str) -> tuple[str, str]:
    return f"L#{policy_id}", "L"


def history_definition(owner_or_definition_id: str) -> tuple[str, str]:
    """The reports of one person share a partition, which their ids name."""
    return f"W#{ids.place(owner_or_definition_id)}", owner_or_definition_id


def history_instance(definition_id: str, instance_id: str) -> tuple[str, str]:
    return f"V#{definition_id}", instance_id


# items ----------------------------------------------------------------------------------------------------
def item(instance_id: str, item_id: str) -> tuple[str, str]:
    set_id, shard, sort = ids.decision_place(item_id)
    return item_partition(instance_id, set_id, int(shard, 16)), sort


def item_partition(instance_id: str, set_id: str, shard: int) -> str:
    return f"{ids.bare(instance_id)}{set_id}{shard:02x}"


# audit ----------------------------------------------------------------------------------------------------
AUDIT_PARTS = 4


def audit_partitions(day: str) -> list[str]:
    """The partitions over which a day's events are spread."""
    return [f"{day}#{part}" for part in range(AUDIT_PARTS)]


def audit_event(moment: datetime, event_id: str) -> tuple[str, str]:
    return audit_partitions(f"{moment:%Y-%m-%d}")[int(ids.bare(event_id)[-1], 16) % AUDIT_PARTS], event_id


def audit_indexes(actor_id: str, target_id: str) -> dict[str, str]:
    """The keys by which events are found besides their day; nobody asks for what the system did, as such."""
    return {"target": target_id} | ({"actor": actor_id} if ids.is_guid(actor_id) else {})

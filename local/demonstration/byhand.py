"""What of the demonstration no program reaches: the doors of the machine room, whose badges somebody sets by hand."""

from __future__ import annotations

from chalicelib.domain.packages import Catalog
from chalicelib.domain.people import User
from chalicelib.domain.resources import APPLICATION
from chalicelib.domain.tasks import Assignee, AssigneeKind, Task
from chalicelib.usecases.assign import Wish, assign
from chalicelib.usecases.deliver import advance_delivery
from chalicelib.usecases.do_tasks import complete, refuse
from chalicelib.usecases.manage_connections import ConnectionDraft, create_connection
from chalicelib.usecases.manage_packages import PackageDraft, create_package
from chalicelib.usecases.manage_policies import PolicyDraft, create_policy
from chalicelib.usecases.manage_resources import ResourceDraft, add_resource
from chalicelib.usecases.role_scopes import add_role
from local.demonstration.people import ADMIN_NAME
from local.demonstration.steps import Steps

DOORS = "machine-room-doors"  # name of the connection
TITLE = "Machine Room"
HOLDERS = range(42, 46)  # numbers of the people who get it: one has it, one cannot, two wait
INSTRUCTIONS = (
    "Sign in to the console of the badge readers.\n"
    "Under Doors, open Machine room, and add or remove the person's badge.\n"
    "Press Publish: the readers follow within a minute."
)


def by_hand(steps: Steps, people: list[User], catalog: Catalog) -> None:
    """Connect the doors, put them into a package, and give it to people: the administrator has the tasks."""
    settings = {"assignedTo": ADMIN_NAME, "instructions": INSTRUCTIONS}
    draft = ConnectionDraft(name=DOORS, kind="manual", display_name="Doors of the machine room", settings=settings)
    create_connection(*steps.under("connect", DOORS), draft)
    package = create_package(
        *steps.under("package", TITLE),
        catalog.id,
        PackageDraft(display_name=TITLE, description="Enter the machine room alone"),
    )
    wanted = ResourceDraft(
        catalog_id=catalog.id,
        origin_system=APPLICATION,
        origin_id="machine-room",
        display_name="Machine room",
        connector=DOORS,
        roles=(("badge", "Badge holder"),),
    )
    resource = add_resource(*steps.under("resource", TITLE), wanted).resource_id
    add_role(*steps.under("right", TITLE), package.id, resource, "badge")
    policy = create_policy(*steps.under("policy", TITLE), package.id, PolicyDraft(display_name="Operators"))
    given = [_given(steps, people[number], policy.id) for number in HOLDERS]
    complete(*steps.under("done", TITLE), given[0].id, "Badge 0417")
    refuse(*steps.under("not-done", TITLE), given[1].id, "The badge is lost; a new one comes next week.")
    for assignment in steps.services.entitlements.assignments_of_policy(policy.id, 10, None).items:
        advance_delivery(steps.services, assignment.id)


def _given(steps: Steps, user: User, policy_id: str) -> Task:
    """Assign somebody; the task that comes of it."""
    wish = Wish(target_id=user.id, policy_id=policy_id)
    made = assign(*steps.under("assignment", TITLE, user.id), wish)
    advance_delivery(steps.services, made.assignment_id)
    mine = Assignee(AssigneeKind.USER, steps.actor.id)
    tasks = steps.services.tasks.tasks_of(mine, True, 10, None).items
    return next(task for task in tasks if task.person_id == user.id)

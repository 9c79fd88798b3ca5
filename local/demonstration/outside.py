"""What of the demonstration lies in systems outside: groups of IAM Identity Center and of a Cognito user pool, two
packages that are delivered there, groups that nobody has put into a package yet, and what is changed by hand."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from chalicelib.aws.clients import client
from chalicelib.domain.packages import Catalog
from chalicelib.domain.people import User
from chalicelib.domain.resources import GROUP
from chalicelib.domain.schedules import Frequency
from chalicelib.usecases.assign import Wish, assign
from chalicelib.usecases.deliver import advance_delivery
from chalicelib.usecases.manage_catalogs import CatalogDraft, create_catalog
from chalicelib.usecases.manage_connections import ConnectionDraft, create_connection
from chalicelib.usecases.manage_packages import PackageDraft, create_package
from chalicelib.usecases.manage_policies import PolicyDraft, create_policy
from chalicelib.usecases.manage_resources import ResourceDraft, add_resource
from chalicelib.usecases.role_scopes import add_role
from local.demonstration.byhand import by_hand
from local.demonstration.reviews import Plan, local_day, settings_of
from local.demonstration.steps import Steps

CENTER, POOL = "identity-center", "customer-portal"  # names of connections
HOLDERS = range(31, 37)  # numbers of the people who get both packages
OTHERS = range(37, 42)  # who are in the groups without a package
PLAN = Plan(9, Frequency.QUARTERLY, 14, "managers")


@dataclass(frozen=True)
class Outside:
    """A system outside that is connected: the connection's name, and ids of its groups by name."""

    connection: str
    groups: dict[str, str]


def outside(steps: Steps, people: list[User]) -> None:
    """Make the systems, connect them, and deliver a package in each."""
    known = [people[number] for number in (*HOLDERS, *OTHERS)]
    strangers = [people[number] for number in OTHERS]
    center, pool = _identity_center(steps, known, strangers), _user_pool(steps, known, strangers)
    draft = CatalogDraft(display_name="Cloud", description="What people have in AWS itself")
    catalog = create_catalog(*steps.under("catalog", "Cloud"), draft)
    holders = [people[number] for number in HOLDERS]
    _package(steps, catalog, "AWS Platform", center, "Platform engineers", holders)
    _package(steps, catalog, "Customer Portal", pool, "portal-editors", holders)
    by_hand(steps, people, catalog)


def _connect(steps: Steps, name: str, kind: str, title: str, settings: dict[str, str]) -> str:
    draft = ConnectionDraft(name=name, kind=kind, display_name=title, settings=settings)
    return create_connection(*steps.under("connect", name), draft).name


def _identity_center(steps: Steps, known: Iterable[User], strangers: Iterable[User]) -> Outside:
    """An identity store with everybody who is known there; two groups have members already."""
    instance = client("sso-admin").list_instances()["Instances"][0]
    store, api = {"IdentityStoreId": instance["IdentityStoreId"]}, client("identitystore")
    names = ("Platform engineers", "Billing readers", "Break-glass administrators")
    groups = {name: api.create_group(**store, DisplayName=name, Description=f"{name} in AWS") for name in names}
    users = {user.id: api.create_user(**store, **_as_identity(user))["UserId"] for user in known}
    for number, user in enumerate(strangers):
        group = groups[names[2 if number < 2 else 1]]["GroupId"]
        api.create_group_membership(**store, GroupId=group, MemberId={"UserId": users[user.id]})
    settings = {"identityStoreId": instance["IdentityStoreId"], "instanceArn": instance["InstanceArn"]}
    made = _connect(steps, CENTER, "identityCenter", "Workforce (IAM Identity Center)", settings)
    return Outside(made, {name: group["GroupId"] for name, group in groups.items()})


def _as_identity(user: User) -> dict[str, Any]:
    return {
        "UserName": user.principal_name,
        "DisplayName": user.display_name,
        "Name": {"GivenName": user.given_name, "FamilyName": user.surname},
        "Emails": [{"Value": user.mail, "Primary": True}],
    }


def _user_pool(steps: Steps, known: Iterable[User], strangers: Iterable[User]) -> Outside:
    """A pool for a customers' application."""
    api = client("cognito-idp")
    pool = {"UserPoolId": api.create_user_pool(PoolName=POOL)["UserPool"]["Id"]}
    for name in ("portal-editors", "portal-support"):
        api.create_group(**pool, GroupName=name, Description="A group of the customer portal")
    for user in known:
        facts = [{"Name": "email", "Value": user.mail}, {"Name": "name", "Value": user.display_name}]
        api.admin_create_user(**pool, Username=user.principal_name, UserAttributes=facts, MessageAction="SUPPRESS")
    for user in strangers:
        api.admin_add_user_to_group(**pool, Username=user.principal_name, GroupName="portal-support")
    made = _connect(steps, POOL, "cognito", "Customer portal (Cognito)", {"userPoolId": pool["UserPoolId"]})
    return Outside(made, {"portal-editors": "portal-editors"})


def _package(steps: Steps, catalog: Catalog, title: str, where: Outside, group: str, people: list[User]) -> None:
    """A package with the membership of one group, reviewed later, and delivered to these people."""
    draft = PackageDraft(display_name=title, description=f"Member of {group}")
    package = create_package(*steps.under("package", title), catalog.id, draft)
    wanted = ResourceDraft(
        catalog_id=catalog.id,
        origin_system=GROUP,
        origin_id=where.groups[group],
        connector=where.connection,
    )
    resource = add_resource(*steps.under("resource", title), wanted).resource_id
    add_role(*steps.under("right", title), package.id, resource, f"Member_{where.groups[group]}")
    review = settings_of(PLAN, local_day(steps.now))
    policy = create_policy(
        *steps.under("policy", title), package.id, PolicyDraft(display_name="Engineers", review=review)
    )
    for user in people:
        wish = Wish(target_id=user.id, policy_id=policy.id)
        made = assign(*steps.under("assignment", title, user.id), wish)
        advance_delivery(steps.services, made.assignment_id)

"""What IAM Identity Center's groups and users are given: permission sets in accounts (service sso-admin)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from chalicelib.connectors.aws_api import Api

Assignment = tuple[str, str]  # the account and the permission set's ARN


@dataclass(frozen=True)
class AccountAssignments:
    """The assignments of one instance; without an instance there is nothing to see."""

    api: Api
    instance: str
    _names: dict[str, str] = field(default_factory=dict)  # of permission sets, which never change theirs

    def of(self, principal: str, kind: str) -> list[Assignment]:
        """What is assigned to a principal itself (`kind` USER or GROUP)."""
        if not self.instance:
            return []
        named = {"PrincipalId": principal, "PrincipalType": kind}
        # Asked about a user, AWS names the assignments of their groups too.
        return [
            (one["AccountId"], one["PermissionSetArn"])
            for page in pages(self._ask, "list_account_assignments_for_principal", **named)
            for one in page["AccountAssignments"]
            if one.get("PrincipalId", principal) == principal
        ]

    def named(self, assignment: Assignment) -> str:
        """An assignment in words."""
        account, arn = assignment
        if arn not in self._names:
            found = self._ask("describe_permission_set", PermissionSetArn=arn)
            self._names[arn] = found["PermissionSet"]["Name"]
        return f"{self._names[arn]} in account {account}"

    def check(self) -> None:
        """One harmless read. Raises what is wrong."""
        if self.instance:
            self._ask("list_permission_sets", MaxResults=1)

    def _ask(self, operation: str, **parameters: Any) -> Any:
        return self.api(operation, InstanceArn=self.instance, **parameters)


def pages(ask: Any, operation: str, **parameters: Any) -> Iterator[Any]:
    """Every page of a list that is continued with NextToken."""
    after: dict[str, str] = {}
    while True:
        page = ask(operation, **parameters, **after)
        yield page
        if not page.get("NextToken"):
            return
        after = {"NextToken": page["NextToken"]}

"""DynamoDB as this product uses it. Where real DynamoDB has a choice, this one takes what surprises: batches answer in
another order than was asked, and a page that its limit ended names a next one even where nothing follows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.simulation.cloud.conditions import key_range
from tests.simulation.cloud.orders import Stored
from tests.simulation.cloud.requests import met, outcome, page, refuse_batch, scope_of, shown
from tests.simulation.cloud.tables import Place, Table
from tests.simulation.cloud.values import Impossible, Item, NotSimulated, Refused, invalid

Wire = dict[str, Any]
MOST_BATCH_BYTES = 16 * 1024 * 1024


def none_left(operation: str, entries: int) -> int:
    """Nothing of a batch is left over."""
    return 0


def no_lag(table: str, operation: str) -> int:
    """Reads are fresh."""
    return 0


class DynamoDb:
    """Tables, and the operations on them. `unprocessed` says how many entries of a batch are left over, `lag` how many
    changes of the table an eventually consistent read or an index is behind; both are asked at every such request."""

    def __init__(self, now: Callable[[], float]) -> None:
        self.now = now
        self.tables: dict[str, Table] = {}
        self.tokens: dict[str, tuple[float, Any]] = {}
        self.unprocessed: Callable[[str, int], int] = none_left
        self.lag: Callable[[str, str], int] = no_lag

    def table(self, name: str) -> Table:
        """A table by name. Raises Refused where there is none."""
        if name not in self.tables:
            raise Refused("ResourceNotFoundException", f"Requested resource not found: Table: {name} not found")
        return self.tables[name]

    # tables -----------------------------------------------------------------------------------------------
    def create_table(self, request: Wire) -> Wire:
        if request["TableName"] in self.tables:
            raise Refused("ResourceInUseException", f"Table already exists: {request['TableName']}")
        described = {**request, "TableStatus": "ACTIVE", "ItemCount": 0}
        described["TableArn"] = f"arn:aws:dynamodb:us-east-1:123456789012:table/{request['TableName']}"
        self.tables[request["TableName"]] = Table(described)
        return {"TableDescription": described}

    def describe_table(self, request: Wire) -> Wire:
        return {"Table": self.table(request["TableName"]).description}

    def update_time_to_live(self, request: Wire) -> Wire:
        return {"TimeToLiveSpecification": request["TimeToLiveSpecification"]}

    # one item ---------------------------------------------------------------------------------------------
    def get_item(self, request: Wire) -> Wire:
        table = self.table(request["TableName"])
        lag = 0 if request.get("ConsistentRead") else self.lag(table.name, "GetItem")
        found = table.get(table.exact_place(request["Key"]), lag)
        return {"Item": dict(found.item)} if found else {}

    def put_item(self, request: Wire) -> Wire:
        return self._write("Put", request, self.table(request["TableName"]).place(request["Item"]))

    def delete_item(self, request: Wire) -> Wire:
        return self._write("Delete", request, self.table(request["TableName"]).exact_place(request["Key"]))

    def update_item(self, request: Wire) -> Wire:
        return self._write("Update", request, self.table(request["TableName"]).exact_place(request["Key"]))

    def _write(self, kind: str, request: Wire, place: Place) -> Wire:
        table = self.table(request["TableName"])
        old = table.get(place)
        if not met(request, old):
            raise Refused("ConditionalCheckFailedException", "The conditional request failed", more=shown(request, old))
        new = outcome(kind, table, request, old)
        table.write(place, new, self.now())
        wanted = request.get("ReturnValues", "NONE")
        found = {"NONE": None, "ALL_OLD": old, "ALL_NEW": new}
        if wanted not in found:
            raise NotSimulated(f"ReturnValues {wanted}")
        image = found[wanted]
        return {"Attributes": dict(image.item)} if image else {}

    # many items -------------------------------------------------------------------------------------------
    def batch_get_item(self, request: Wire) -> Wire:
        asked = [(self.table(name), key, one) for name, one in request["RequestItems"].items() for key in one["Keys"]]
        places = [(table.name, table.exact_place(key)) for table, key, _ in asked]
        refuse_batch(places, 100, "BatchGetItem")
        done = len(asked) - min(self.unprocessed("BatchGetItem", len(asked)), len(asked))
        found: dict[str, list[Item]] = {name: [] for name in request["RequestItems"]}
        left: dict[str, Wire] = {}
        size = 0
        for number, (table, key, one) in enumerate(asked):
            lag = 0 if one.get("ConsistentRead") else self.lag(table.name, "BatchGetItem")
            row = table.get(table.place(key), lag)
            size += row.size if row else 0
            if number >= done or size > MOST_BATCH_BYTES:
                left.setdefault(table.name, {**one, "Keys": []})["Keys"].append(key)
            elif row:
                found[table.name].insert(0, dict(row.item))
        return {"Responses": found, "UnprocessedKeys": left}

    def batch_write_item(self, request: Wire) -> Wire:
        asked = [(self.table(name), one) for name, many in request["RequestItems"].items() for one in many]
        planned = []
        for table, one in asked:
            put = one["PutRequest"]["Item"] if "PutRequest" in one else None
            new = table.prepared(put) if put else None
            planned.append((table, table.place(put or one["DeleteRequest"]["Key"]), new, one))
        refuse_batch([(table.name, place) for table, place, _, _ in planned], 25, "BatchWriteItem")
        done = len(asked) - min(self.unprocessed("BatchWriteItem", len(asked)), len(asked))
        left: dict[str, list[Wire]] = {}
        for table, _, _, one in planned[done:]:
            left.setdefault(table.name, []).append(one)
        for table, place, new, _ in planned[:done]:
            table.write(place, new, self.now())
        return {"UnprocessedItems": left}

    # transactions -----------------------------------------------------------------------------------------
    def transact_write_items(self, request: Wire) -> Wire:
        token, actions = request.get("ClientRequestToken"), request["TransactItems"]
        if token and self._repeated(token, actions):
            return {}
        if not 1 <= len(actions) <= 100:
            raise invalid("Member must have length less than or equal to 100, greater than or equal to 1")
        planned = [self._planned(kind, action) for one in actions for kind, action in one.items()]
        if len({(table.name, place) for table, place, _, _ in planned}) < len(planned):
            raise invalid("Transaction request cannot include multiple operations on one item")
        reasons = [reason for *_, reason in planned]
        if any(reason["Code"] != "None" for reason in reasons):
            codes = ", ".join(reason["Code"] for reason in reasons)
            told = f"Transaction cancelled, please refer cancellation reasons for specific reasons [{codes}]"
            raise Refused("TransactionCanceledException", told, more={"CancellationReasons": reasons})
        for table, place, new, _ in planned:
            if new is not False:
                table.write(place, new, self.now())
        if token:
            self.tokens[token] = (self.now(), actions)
        return {}

    def _repeated(self, token: str, actions: Any) -> bool:
        """Was this very transaction made within the last ten minutes?"""
        at, before = self.tokens.get(token, (float("-inf"), None))
        if self.now() - at > 600:
            return False
        if before != actions:
            raise Refused("IdempotentParameterMismatchException", "The token was used with other contents")
        return True

    def _planned(self, kind: str, action: Wire) -> tuple[Table, Place, Stored | bool | None, Wire]:
        """What an action would write (False: nothing, it only checks), and why it may not."""
        table = self.table(action["TableName"])
        place = table.place(action["Item"]) if kind == "Put" else table.exact_place(action["Key"])
        old = table.get(place)
        if not met(action, old):
            failed = {"Code": "ConditionalCheckFailed", "Message": "The conditional request failed"}
            return table, place, False, failed | shown(action, old)
        if kind == "ConditionCheck":
            return table, place, False, {"Code": "None"}
        try:
            return table, place, outcome(kind, table, action, old), {"Code": "None"}
        except Impossible as no:
            return table, place, False, {"Code": "ValidationError", "Message": no.message}

    # queries ----------------------------------------------------------------------------------------------
    def query(self, request: Wire) -> Wire:
        table, index = self.table(request["TableName"]), request.get("IndexName")
        if index and (index not in table.indexes or request.get("ConsistentRead")):
            raise invalid("The table does not have the specified index, or a consistent read was asked of it")
        schema = table.indexes[index][0] if index else table.schema
        scope = scope_of(request, {})
        name, wanted = key_range(request["KeyConditionExpression"], scope, *schema.names)
        lag = 0 if request.get("ConsistentRead") else self.lag(index or table.name, "Query")
        start = request.get("ExclusiveStartKey")
        after = None
        if start:
            after = (start[schema.range]["S"], *(table.place(start) if index else ()))
        rows = table.partition(index, name, lag).within(wanted, request.get("ScanIndexForward", True), after)
        return page(table, index, request, (row for _, row in rows))

    def scan(self, request: Wire) -> Wire:
        table, start = self.table(request["TableName"]), request.get("ExclusiveStartKey")
        places = [place for place, _ in table.all()]
        passed = places.index(table.place(start)) + 1 if start else 0
        return page(table, None, request, (row for _, row in list(table.all())[passed:]))

    # snapshots --------------------------------------------------------------------------------------------
    def freeze(self) -> Any:
        tables = [(table.description, table.freeze()) for table in self.tables.values()]
        return tables, dict(self.tokens)

    def restore(self, frozen: Any) -> None:
        tables, tokens = frozen
        self.tables, self.tokens = {}, dict(tokens)
        for description, one in tables:
            table = self.tables[description["TableName"]] = Table(description)
            table.restore(one)

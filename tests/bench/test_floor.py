"""What the benchmark of speed compares with: the product's requests, made again; and what it says of both."""

from __future__ import annotations

from bench.floor import Request, afresh, written_by
from bench.ratios import Measured, Sample, Took

PUT = Request("s3", "PutObject", {"Bucket": "b", "Key": "reviews/one.json", "Body": b"x"}, 1)
GET = Request("s3", "GetObject", {"Bucket": "b", "Key": "reviews/one.json"}, 1)
OTHER = Request("s3", "PutObject", {"Bucket": "b", "Key": "keys/known.der"}, 1, "PreconditionFailed")
ITEM = {"pk": {"S": "p"}, "sk": {"S": "s"}}
WRITE = Request(
    "dynamodb",
    "TransactWriteItems",
    {"TransactItems": [{"Put": {"TableName": "t", "Item": ITEM}}], "ClientRequestToken": "x" * 36},
    1,
)


def test_requests_are_made_again_as_they_were_under_new_names_of_the_same_length():
    put, got, other, write = afresh([PUT, GET, OTHER, WRITE])
    assert put.params["Key"] == got.params["Key"] != PUT.params["Key"]
    assert len(put.params["Key"]) == len(PUT.params["Key"]) and put.params["Body"] == b"x"
    assert other == OTHER
    assert write.params["ClientRequestToken"] != "x" * 36 and len(write.params["ClientRequestToken"]) == 36
    assert written_by([write, got]) == {("t", "p", "s")}


def test_a_ratio_is_that_of_the_medians_and_is_held_against_its_target():
    rounds = [Sample(Took(product, product), Took(1.0, 2.0)) for product in (1.0, 1.2, 9.0)]
    measured = Measured("open", 1.3, 1, samples=rounds)
    row = measured.row()
    assert (row["ratio"], row["spread"], row["met"], row["CPU ratio"]) == (1.2, "1.00 to 9.00", "ok", 0.6)
    assert Measured("open", 1.1, 1, samples=rounds).row()["met"] == "miss"

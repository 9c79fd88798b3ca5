"""AWS's list prices, on demand, us-east-1 (N. Virginia), in US dollars; free tiers and discounts are left out.

From AWS's public price pages as known in November 2026 and written down on 2026-11-24. They were NOT fetched that day:
hold them against https://aws.amazon.com/pricing/ before you rely on the sums; `bench cost` only multiplies.
"""

from __future__ import annotations

REGION, NOTED, SOURCE = "us-east-1", "2026-11-24", "public price pages, from memory; not fetched that day"
MILLION, GB, MONTH_HOURS = 1e6, 1e9, 730

DYNAMODB_WRITE = 0.625 / MILLION  # a write request unit
DYNAMODB_READ = 0.125 / MILLION  # a read request unit
DYNAMODB_STORAGE = 0.25 / GB  # a byte and month
DYNAMODB_RECOVERY = 0.20 / GB  # point-in-time recovery, a byte and month
LAMBDA_REQUEST = 0.20 / MILLION
LAMBDA_SECOND = 0.0000133334  # a GB-second on arm64
API_REQUEST = 3.50 / MILLION  # REST
SQS_REQUEST = 0.40 / MILLION
SNS_PUBLISH = 0.50 / MILLION  # deliveries to Lambda are free
SES_MAIL = 0.10 / 1_000
S3_PUT, S3_GET = 0.005 / 1_000, 0.0004 / 1_000
S3_STORAGE = 0.023 / GB  # a byte and month
KMS_SIGN = 0.15 / 10_000  # RSA_3072
KMS_KEY = 1.00  # a month
SECRET = 0.40  # a month
LOGS = 0.50 / GB  # a byte taken in
EVENT = 1.00 / MILLION  # a custom event on EventBridge
ALARM, METRIC, DASHBOARD = 0.10, 0.30, 3.00  # a month each

"""Who of the demonstration organisation is worth being; the README's table and the sign-in page say the same."""

from __future__ import annotations

PARTS = (
    ("admin", "administrator"),
    ("auditor", "auditor: reads everything, changes nothing"),
    (
        "femi.ibrahim16@example.com",
        "manager of ten people in eight packages, with some sixty decisions to make",
    ),
    (
        "amir.haddad1@example.com",
        "owner of the catalog Finance, where Payments and Treasury Desk exclude one another",
    ),
    ("bruno.xu7@example.com", "manager of six packages"),
    (
        "dana.zeman11@example.com",
        "manager of assignments in Engineering: some begin soon in Build Farm, some run out soon in Data Lake",
    ),
    ("elif.nakamura13@example.com", "reader of the catalog Engineering"),
    ("emma.ueda14@example.com", "may make catalogs"),
    (
        "chen.laurent9@example.com",
        "named reviewer, away from tomorrow on; farid.bauer15@example.com stands in",
    ),
    ("clara.schmidt10@example.com", "named reviewer, also of the one-time review that opens tonight"),
)

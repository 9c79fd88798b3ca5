"""What is left of the review: who has access, and what an auditor finds."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from local.demo.player import Player
from local.demo.reviewing import Review
from local.demo.setting import AUDITOR, DENIED, EM, LEAVING
from local.venvs import ROOT

TOLD = ("User", "Decision", "Reviewed by", "On behalf of", "Apply result", "Unanswered because")


def show_result(player: Player, review: Review, held: dict[str, str]) -> None:
    """Exactly the denied assignment was removed, its holder was told, and the figures say so."""
    states = {name: player.get(f"{EM}/assignments/{one}")["state"] for name, one in held.items()}
    expected = {name: "expired" if name in (DENIED, LEAVING) else "delivered" for name in held}
    player.check(states == expected, "only Bob's and Gus's assignments have ended", states)
    outcome = player.get(review.own)["outcome"]
    sums = [outcome[name] for name in ("approved", "denied", "kept", "cancelled", "removed", "removalFailures")]
    player.check(sums == [4, 1, 1, 1, 1, 0], "4 approved, 1 denied, 1 kept, 1 cancelled, 1 removed", outcome)
    player.tell("Bob's assignment is removed. Dan keeps his: nobody answered, and silence removes nobody here.")
    ended = [mail for mail in player.mails() if mail["subject"].endswith("has ended") and mail["to"] != LEAVING]
    player.check([mail["to"] for mail in ended] == [DENIED], "of the others Bob alone is told", ended)
    player.tell(f"Mail to {DENIED}: {ended[0]['subject']}")
    player.quote("\n".join(ended[0]["text"].splitlines()[:6]))


def show_results_file(player: Player, review: Review) -> None:
    """The results as a CSV file."""
    player.chapter("What the auditor reads")
    rows = sorted(player.table(f"{review.own}/results.csv", AUDITOR), key=lambda row: row["User"])
    for_hana = [row["User"] for row in rows if (row["Reviewed by"], row["On behalf of"]) == ("Hana", "Frank")]
    player.check(len(rows) == 7 and for_hana == ["Eve", "Finn"], "both names stand beside what Hana decided", rows)
    player.tell(f"{AUDITOR} downloads results.csv; of its columns:")
    for row in (dict(zip(TOLD, TOLD, strict=True)), *rows):
        cells = [row[name] for name in TOLD]
        player.tell(
            "  " + "".join(cell.ljust(width) for cell, width in zip(cells, (6, 13, 13, 14, 21, 0), strict=True))
        )


def show_trail(player: Player, review: Review) -> None:
    """The audit events of the review, and that the auditor changes nothing."""
    events = player.all(f"/api/v1/audit?target={review.id}", AUDITOR)
    done = [event["activityDisplayName"] for event in reversed(events)]
    wanted = {"Hand over review", "Approve decision", "Access review ended", "Auto apply review"}
    player.check(wanted <= {*done}, f"{sorted(wanted)} are in the audit trail", done)
    player.tell(f"The audit trail of the review has {len(done)} events:")
    for event in reversed(events):
        by = event["initiatedBy"]
        who = (by.get("user") or by.get("app"))["displayName"]
        player.tell(
            f"  {event['activityDateTime'][:16].replace('T', ' ')}  {who.ljust(16)}{event['activityDisplayName']}"
        )
    refused = player.refused("POST", f"{review.own}/apply", {}, AUDITOR)
    player.tell(f"She cannot change anything: “{refused}”")


def show_pack(player: Player, review: Review, file: Path) -> None:
    """The evidence: asked for and downloaded by the auditor, then verified by the script, which knows nothing but the
    file and the fingerprint."""
    player.chapter("The evidence, checked by somebody who does not trust us")
    seals = player.all(f"{review.own}/seals", AUDITOR)
    kinds = [one["kind"] for one in seals]
    player.check(kinds == ["decisions", "removals"], "decisions and removals are sealed", kinds)
    player.check(all(one["balanced"] for one in seals), "every equation balances", seals)
    asked = player.post(f"{review.own}/evidence", {}, AUDITOR)
    player.settled(f"{asked['statusUrl']}", "status", "done", AUDITOR)
    file.write_bytes(player.download(asked["statusUrl"], AUDITOR))
    mark = player.get("/api/v1/evidence-key", AUDITOR)["fingerprint"]
    player.tell(f"{AUDITOR} downloads a pack of {file.stat().st_size:,} bytes and verifies it:")
    script = ROOT / "chalicelib" / "evidence" / "verify_evidence.py"
    player.tell(f"  $ python3 verify_evidence.py {file.name} --fingerprint {mark[:16]}…")
    done = subprocess.run(
        [sys.executable, "-I", "-S", str(script), str(file), "--fingerprint", mark],
        capture_output=True,
        text=True,
        check=False,
    )
    player.check(done.returncode == 0, "the pack is verified and its signer established", done.stdout + done.stderr)
    player.quote(done.stdout)

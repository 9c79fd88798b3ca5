"""The words of the mails about guarded removals: a confirmation is waited for, a removal was undone, a closed review
waits for its sign-off."""

from __future__ import annotations

from chalicelib.domain.guard_notices import AccessRestored, ConfirmationWaits, DecisionUndone, ReviewToSign
from chalicelib.domain.wording import calendar_date, count, moment, share, short_day, until
from chalicelib.emails.page import Block, Button, Due, Facts, Page, Quote, Rows, Text, bare, named, subject

WHY_TOLD = "You get this mail once a day, because you own this access or set its review up, until somebody answers."
WAITS = {
    True: "That is more than is removed without a second look.",
    False: "For this package, access is removed only when an administrator says so.",
}
NEVER_LAPSES = "No next review is planned. The removals wait until somebody confirms or declines them."


def confirmation(notice: ConfirmationWaits) -> Page:
    """To those who can confirm: removals still wait, and nobody has lost access yet (G24)."""
    package, people = named(notice.package), count("person", "people", notice.to_remove)
    of_all = share(notice.to_remove, notice.people)
    lead = (
        f"The review closed on {moment(notice.closed, notice.now, notice.zone)} and would end the access of {people}, "
        f"{of_all} of the review. {WAITS[notice.brake]} Everybody keeps access until somebody confirms."
    )
    due: tuple[Block, ...] = (Facts((("If nobody confirms", NEVER_LAPSES),)),)
    if notice.lapses:
        words = f"Lapses {until(notice.lapses, notice.now, notice.zone)}"
        due = (
            Due(words, moment(notice.lapses, notice.now, notice.zone)),
            Facts((("If nobody confirms", "The next review opens, and these removals are not made."),)),
        )
    blocks: tuple[Block, ...] = (
        Text(lead),
        Button("See the names and decide", notice.link),
        *due,
        Text(f"This is the review {named(notice.review)}. {WHY_TOLD}", quiet=True),
    )
    day = f" (lapses {short_day(notice.lapses, notice.now, notice.zone)})" if notice.lapses else ""
    line = subject(f"Still to confirm: {people} would lose ", notice.package, day)
    return Page(line, bare(lead), f"Still to confirm: {people} would lose access to {package}", blocks)


def restored(notice: AccessRestored) -> Page:
    """To the person: what a review ended is theirs again. Nobody is named."""
    package = named(notice.package)
    lead = f"A review had ended your access to {package}. That was undone on "
    lead += f"{moment(notice.restored, notice.now, notice.zone)}: you have it again."
    end = "It has no end."
    if notice.ends:
        end = f"It ends on {calendar_date(notice.ends, notice.now, notice.zone)}, as it would have before."
    blocks: tuple[Block, ...] = (
        Text(lead),
        *((Button("See your access", notice.link),) if notice.link else ()),
        Facts((("Until when", end), ("What to do", "Nothing. It may take some minutes until everything works again."))),
    )
    return Page(
        subject("You have access to ", notice.package, " again"), bare(lead), f"{package} is yours again", blocks
    )


def undone(notice: DecisionUndone) -> Page:
    """To whoever denied: somebody else undid the removal, and why."""
    lead = f"You denied {named(notice.person)} access to {named(notice.package)}. {named(notice.by)} undid the removal "
    lead += f"on {moment(notice.restored, notice.now, notice.zone)}: {named(notice.person)} has the access again."
    blocks: tuple[Block, ...] = (
        Text(lead),
        Quote("The reason given", tuple(notice.reason.split("\n"))),
        Rows((("Person", notice.person), ("Access package", notice.package), ("Review", notice.review))),
        Button("Open the review", notice.link, quiet=True),
        Text("Your decision stays on record, with what became of it. There is nothing to do.", quiet=True),
    )
    line = subject("A removal was undone: ", notice.person, " has the access again")
    return Page(line, bare(lead), f"{named(notice.person)} has {named(notice.package)} again", blocks)


def to_sign(notice: ReviewToSign) -> Page:
    """To the control owner: everything is sealed, and the review waits for the sign-off."""
    people = count("person", "people", notice.people)
    lead = f"The review of {named(notice.package)} closed on {moment(notice.closed, notice.now, notice.zone)}. Its "
    lead += "decisions and removals are sealed. It waits for your sign-off as control owner."
    first = "Nothing. You can sign it off now."
    if notice.exceptions:
        first = f"{count('exception', 'exceptions', notice.exceptions)}: say what is made of each."
    blocks: tuple[Block, ...] = (
        Text(lead),
        Button("Read the evidence and sign off", notice.link),
        Facts((("Reviewed", people), ("To do first", first))),
        Text(
            f"This is the review {named(notice.review)}. You get this mail once, because you are its control owner. "
            "After the sign-off nothing about the review changes any more.",
            quiet=True,
        ),
    )
    return Page(
        subject("To sign off: the review of ", notice.package, ""),
        bare(lead),
        f"The review of {named(notice.package)} waits for your sign-off",
        blocks,
    )

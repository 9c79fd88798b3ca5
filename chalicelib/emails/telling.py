"""The words of the mails that tell something: a last call, a review has finished, access has ended.

Words only; the layout is in `templates`.
"""

from __future__ import annotations

from chalicelib.domain.notices import (
    AccessEnded,
    DecisionsReset,
    LastCallSummary,
    LateReview,
    LateReviewer,
    ReviewExtended,
    ReviewFinished,
    ReviewsSwitchedOff,
)
from chalicelib.domain.waiting_notices import ReviewsWait
from chalicelib.domain.wording import calendar_date, capital, count, moment, share, short_day, trim, until
from chalicelib.emails.asking import NAME_LENGTH, UNANSWERED
from chalicelib.emails.page import (
    Block,
    Button,
    Due,
    Facts,
    Heading,
    Page,
    Quote,
    Rows,
    Text,
    bare,
    named,
    subject,
)

REVIEWERS_SHOWN = 10
WAITING_SHOWN = 10

TOLD = {
    "manager": "You are told because you manage somebody who is asked. A word from you often helps.",
    "owner": "You are told because you own this package. A word from you often helps.",
}
WHY_TOLD = "You get this mail because you set the review up or own its catalog."
CAUSE = {
    "decision": "A reviewer decided that it is no longer needed.",
    "ownAnswer": "You answered that you no longer need it.",
    "noAnswer": "The review closed without an answer about your access. For this package, access then ends.",
    "recommendation": "The review closed without an answer about your access, and you had no sign-in in the "
    "30 days before it started. For this package, access then ends.",
    "notUsed": "The review closed without an answer about your access, and you had not used it in the 30 days before "
    "it started. For this package, access then ends.",
    "expired": "It was given for a limited time, which is over. Nobody took it away.",
}
AGAIN = {
    True: "Ask for it again with a word on why you need it. That is decided as a new request.",
    False: "This package cannot be asked for in the portal. Speak to your manager.",
}
SWITCH_ON = "Save the policy with its reviews switched on. The next review opens on the next date of its schedule."
ALL_THE_SAME = "Choose so on that page, with a reason. It becomes part of the evidence."
MISTAKE = "Tell your administrator, who can see what happened."


def last_call(notice: LastCallSummary) -> Page:
    """To managers and owners: who has not finished although the review closes soon."""
    reviews = sorted(notice.reviews, key=lambda review: review.closes)
    first, alone = reviews[0], len(reviews) == 1
    when = until(first.closes, notice.now, first.zone)
    line = f"Closes {when}, {short_day(first.closes, notice.now, first.zone)}: "
    if alone:
        line = subject(f"{line}{_who(first)} ", first.package, "")
        heading = f"{_who(first)} {named(first.package)}"
    else:
        heading = f"{len(reviews)} reviews close soon and are not finished"
        line = f"{line}{len(reviews)} reviews are not finished"
    blocks = [block for review in reviews for block in _late(review, notice, alone)]
    return Page(line, f"{_who(first)} {first.package}, which closes {when}.", heading, tuple(blocks))


def _who(review: LateReview) -> str:
    """ "2 reviewers have not finished", to be followed by the package."""
    noun = ("person", "people") if review.self_review else ("reviewer", "reviewers")
    done = "answered about" if review.self_review else "finished"
    return f"{count(*noun, review.late)} {'has' if review.late == 1 else 'have'} not {done}"


def _late(review: LateReview, notice: LastCallSummary, alone: bool) -> list[Block]:
    shown = review.reviewers[:REVIEWERS_SHOWN]
    rest = review.late - len(shown)
    rows = [(named(trim(late.name, NAME_LENGTH)), _progress(late, review)) for late in shown]
    rows += [(f"and {rest:,} more", "")] if rest > 0 else []
    exact = moment(review.closes, notice.now, review.zone)
    return [
        *([] if alone else [Heading(f"{_who(review)} {named(review.package)}")]),
        Text(TOLD[review.why]),
        Due(f"Closes {until(review.closes, notice.now, review.zone)}", exact),
        *([Button("See the progress", review.link)] if review.link else []),
        Rows(tuple(rows)),
        Facts((("If nobody answers", UNANSWERED[review.unanswered]),)),
        Text(f"This is the review {named(review.review)}.", quiet=True),
    ]


def _progress(late: LateReviewer, review: LateReview) -> str:
    return "no answer yet" if review.self_review else f"{late.undecided:,} of {late.people:,} undecided"


def finished(notice: ReviewFinished) -> Page:
    """To those who run the review: how it ended, and whether removals wait for somebody (R82, G24)."""
    package, losing, state = named(notice.package), _lose(notice.to_remove), _state(notice)
    if notice.to_remove and notice.waiting != "no":
        people = count("person", "people", notice.to_remove)
        line = subject("Please confirm: the review of ", notice.package, f" would end access for {people}")
        heading, label = f"Please confirm: {losing} access to {package}", "Check and confirm"
    else:
        keeping = count("keeps", "keep", max(notice.people - notice.cancelled - notice.to_remove, 0))
        line = subject("The review of ", notice.package, f" has closed: {losing} access, {keeping} it")
        heading, label = f"The review of {package} has closed", "See the results"
    how = "was stopped early on" if notice.stopped_early else "closed on"
    blocks: tuple[Block, ...] = (
        Text(f"The review {how} {moment(notice.closed, notice.now, notice.zone)}. {state}"),
        Button(label, notice.link),
        Rows(_figures(notice), ("Everybody in the review", f"{notice.people:,}")),
        Text(f"This is the review {named(notice.review)}. {WHY_TOLD}", quiet=True),
    )
    return Page(line, state, heading, blocks)


def _lose(number: int) -> str:
    return count("person loses", "people lose", number) if number else "nobody loses"


def _state(notice: ReviewFinished) -> str:
    """What happens to those who lose access, and what the reader has to do for it."""
    if not notice.to_remove:
        return "Nobody loses access. There is nothing to do."
    if notice.waiting == "no":
        return f"{capital(_lose(notice.to_remove))} access. Removal has started. There is nothing to do."
    many = f"{count('person is', 'people are', notice.to_remove)} {share(notice.to_remove, notice.people)}"
    because = {
        "brake": f"{many} of the review, more than is removed without a second look.",
        "manual": "For this package, access is removed only when an administrator says so.",
    }[notice.waiting]
    return f"{because} Nothing is removed yet: everybody keeps access until an administrator confirms."


def _figures(notice: ReviewFinished) -> tuple[tuple[str, str], ...]:
    """The closing sum, row by row; rows that are rarely anything but nothing appear when they are."""
    kept = "No answer, access kept"
    if notice.never_asked:
        kept = f"{kept} ({notice.never_asked:,} had no reviewer to ask)"
    rows = [
        ("Approved", notice.approved),
        ("Denied", notice.denied),
        ("Don't know, access kept", notice.dont_know),
        (kept, notice.kept_unanswered),
        ("No answer, access ends", notice.removed_by_rule),
    ]
    rows += [("Had lost access before", notice.cancelled)] if notice.cancelled else []
    return tuple((label, f"{number:,}") for label, number in rows)


def ended(notice: AccessEnded) -> Page:
    """To the person who lost access: what ended, why, how to ask again (G15); never who decided."""
    package = named(notice.package)
    lead = f"It ended on {moment(notice.ended, notice.now, notice.zone)}."
    if notice.had_since:
        lead += f" You had it since {calendar_date(notice.had_since, notice.now, notice.zone)}."
    quote = (Quote("The reason given", tuple(notice.reason.split("\n"))),) if notice.reason else ()
    quiet = bool(notice.request_link)
    result = (Button("See the result of the review", notice.link, quiet=quiet),) if notice.link else ()
    review = f" The review was {named(notice.review)}." if notice.review else ""
    blocks: tuple[Block, ...] = (
        Text(lead),
        Text(f"{CAUSE[notice.cause]}{review}"),
        *quote,
        *((Button("Ask for it again", notice.request_link),) if notice.request_link else ()),
        *result,
        Facts((("If you still need it", AGAIN[bool(notice.request_link)]), ("If this is a mistake", MISTAKE))),
    )
    line = subject("Your access to ", notice.package, " has ended")
    return Page(line, bare(f"{lead} {CAUSE[notice.cause]}"), f"Your access to {package} has ended", blocks)


def switched_off(notice: ReviewsSwitchedOff) -> Page:
    """To the catalog's owners: nobody reviews this access from now on (G30)."""
    package, by = named(notice.package), f" by {named(notice.by)}" if notice.by else ""
    how = "went with the policy, which was deleted" if notice.deleted else "were switched off"
    lead = f"The reviews {how}{by} on {moment(notice.at, notice.now, notice.zone)}. No further review will open."
    facts: tuple[tuple[str, str], ...] = () if notice.deleted else (("If this is a mistake", SWITCH_ON),)
    if notice.running_until and not notice.deleted:
        closes = moment(notice.running_until, notice.now, notice.zone)
        facts = (("Review that is open", f"It goes on and closes on {closes}."), *facts)
    blocks: tuple[Block, ...] = (
        Text(lead),
        Rows((("Access package", notice.package), ("Policy", notice.policy))),
        *((Button("Open the access package", notice.link),) if notice.link else ()),
        *((Facts(facts),) if facts else ()),
        Text("You get this mail because you own the catalog of this package.", quiet=True),
    )
    line = subject("Access to ", notice.package, " is not reviewed any more")
    return Page(line, bare(lead), f"Access to {package} is not reviewed any more", blocks)


def waits(notice: ReviewsWait) -> Page:
    """To those who administer reviews: these do not open, because what is known is too old."""
    many = len(notice.reviews)
    first = notice.reviews[0]
    lead = "What is known is older than the policy allows. It opens by itself when newer data comes in."
    if many > 1:
        lead = "What is known is older than their policies allow. They open by themselves when newer data comes in."
    shown = notice.reviews[:WAITING_SHOWN]
    planned = tuple((one.package, f"planned for {moment(one.planned, notice.now, one.zone)}") for one in shown)
    more = (Text(f"And {many - len(shown)} more."),) if many > len(shown) else ()
    sources = tuple(
        (name, f"known until {moment(reached, notice.now, notice.zone)}" if reached else "never read")
        for name, reached in notice.sources
    )
    blocks: tuple[Block, ...] = (
        Text(f"{lead} Nobody loses access."),
        Rows(planned),
        *more,
        Heading("Sources they wait for" if many > 1 else "Sources it waits for"),
        Rows(sources),
        Button("See the sources of data", notice.link),
        Facts((("To open one all the same" if many > 1 else "To open it all the same", ALL_THE_SAME),)),
        Text("You get this mail, once a day, because you run these reviews.", quiet=True),
    )
    title = f"{many} reviews wait for data" if many > 1 else f"The review of {named(first.package)} waits for data"
    line = title if many > 1 else subject("The review of ", first.package, " waits for data")
    return Page(line, bare(lead), title, blocks)


def extended(notice: ReviewExtended) -> Page:
    """To reviewers and owners: a review closes later, and why."""
    exact = moment(notice.closes, notice.now, notice.zone)
    blocks: tuple[Block, ...] = (
        Due(f"Closes {until(notice.closes, notice.now, notice.zone)}", exact),
        Quote("The reason given", tuple(notice.reason.split("\n"))),
        Button("Open the review", notice.link),
        Text(f"Nothing that was decided is lost. This is the review {named(notice.review)}.", quiet=True),
    )
    day = short_day(notice.closes, notice.now, notice.zone)
    line = subject("More time for the review of ", notice.package, f": it closes {day}")
    return Page(line, f"It now closes on {exact}.", f"There is more time to review {named(notice.package)}", blocks)


def reset(notice: DecisionsReset) -> Page:
    """To reviewers: all decisions of a review were set back, so that they are asked again (G47)."""
    lead = "An administrator set every decision of this review back to undecided. Please decide again."
    blocks: tuple[Block, ...] = (
        Text(lead),
        Due(
            f"Closes {until(notice.closes, notice.now, notice.zone)}",
            moment(notice.closes, notice.now, notice.zone),
        ),
        Button("Open the review", notice.link),
        Text(f"What was decided before is kept on record. This is the review {named(notice.review)}.", quiet=True),
    )
    line = subject("Please decide again: the review of ", notice.package, " was reset")
    return Page(line, lead, f"Please review {named(notice.package)} again", blocks)

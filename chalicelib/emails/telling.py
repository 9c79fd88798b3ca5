"""The words of the mails that tell something: a last call, a review has finished, access has ended.

Words only; the layout is in `templates`.
"""

from __future__ import annotations

from chalicelib.domain.notices import AccessEnded, LastCallSummary, LateReview, LateReviewer, ReviewFinished
from chalicelib.domain.wording import calendar_date, capital, count, moment, share, short_day, until
from chalicelib.emails.asking import UNANSWERED
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

TOLD = {
    "manager": "You are told because you manage somebody who is asked. A word from you often helps.",
    "owner": "You are told because you own this package. A word from you often helps.",
}
CAUSE = {
    "decision": "A reviewer decided that it is no longer needed.",
    "ownAnswer": "You answered that you no longer need it.",
    "noAnswer": "The review closed without an answer about your access. For this package, access then ends.",
    "recommendation": "The review closed without an answer about your access, and you had no sign-in in the 30 days "
    "before it started. For this package, access then ends.",
}
AGAIN = {
    True: "Ask for it again with a word on why you need it. That is decided as a new request.",
    False: "This package cannot be asked for in the portal. Speak to your manager.",
}
MISTAKE = "Tell your administrator, who can see what happened."


def last_call(notice: LastCallSummary) -> Page:
    """To managers and owners: who has not finished although the review closes soon."""
    reviews = sorted(notice.reviews, key=lambda review: review.closes)
    first, alone = reviews[0], len(reviews) == 1
    when = until(first.closes, notice.now, first.zone)
    line = f"Closes {when}, {short_day(first.closes, notice.now, first.zone)}: "
    if alone:
        line, heading = (
            subject(f"{line}{_who(first)} ", first.package, ""),
            f"{_who(first)} {named(first.package)}",
        )
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
    rows = [(named(late.name), _progress(late, review)) for late in shown]
    rows += [(f"and {rest:,} more", "")] if rest > 0 else []
    exact = moment(review.closes, notice.now, review.zone)
    return [
        *([] if alone else [Heading(f"{_who(review)} {named(review.package)}")]),
        Text(TOLD[review.why]),
        Due(f"Closes {until(review.closes, notice.now, review.zone)}", exact),
        *([Button("See the progress", review.link)] if review.link else []),
        Rows(tuple(rows)),
        Facts((("If nobody answers", UNANSWERED[review.unanswered]),)),
    ]


def _progress(late: LateReviewer, review: LateReview) -> str:
    return "no answer yet" if review.self_review else f"{late.undecided:,} of {late.people:,} undecided"


def finished(notice: ReviewFinished) -> Page:
    """To those who run the review: how it ended, and whether somebody must confirm the removals (R82, G24)."""
    losing = _lose(notice.to_remove)
    if notice.waiting == "no":
        line = subject(
            "The review of ", notice.package, f" has closed: {losing} access, {_kept(notice):,} kept"
        )
        heading, label = f"The review of {named(notice.package)} has closed", "See the results"
    else:
        people = count("person", "people", notice.to_remove)
        line = subject("Please confirm: the review of ", notice.package, f" would end access for {people}")
        heading, label = f"Please confirm: {losing} access to {named(notice.package)}", "Check and confirm"
    state = _state(notice)
    blocks: tuple[Block, ...] = (
        Text(f"{named(notice.review)} {_closing(notice)}"),
        Text(state),
        Button(label, notice.link),
        Rows(_figures(notice), ("Everybody in the review", f"{notice.people:,}")),
        Text("You get this because you set up the review or own its catalog.", quiet=True),
    )
    return Page(line, state, heading, blocks)


def _lose(number: int) -> str:
    if not number:
        return "nobody loses"
    return f"{count('person', 'people', number)} {'loses' if number == 1 else 'lose'}"


def _kept(notice: ReviewFinished) -> int:
    return max(notice.people - notice.cancelled - notice.to_remove, 0)


def _closing(notice: ReviewFinished) -> str:
    how = "was stopped early on" if notice.stopped_early else "closed on"
    return f"{how} {moment(notice.closed, notice.now, notice.zone)}."


def _state(notice: ReviewFinished) -> str:
    """What happens to those who lose access, and what the reader has to do for it."""
    if not notice.to_remove:
        return "Nobody loses access. There is nothing to do."
    if notice.waiting == "no":
        return f"{capital(_lose(notice.to_remove))} access. Removal has started. There is nothing to do."
    part = share(notice.to_remove, notice.people)
    because = {
        "brake": f"That is {part} of everybody in the review, more than is removed without a second look.",
        "manual": "This package removes access only when an administrator says so.",
    }[notice.waiting]
    return f"Nothing has been removed yet. {because} Everybody keeps access until an administrator confirms."


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
    """To the person who lost access: what ended, since when, why, how to ask again (G15); never who decided."""
    package = named(notice.package)
    lead = f"It ended on {moment(notice.ended, notice.now, notice.zone)}."
    if notice.had_since:
        lead += f" You had it since {calendar_date(notice.had_since, notice.now, notice.zone)}."
    quote = (Quote("The reason given", tuple(notice.reason.split("\n"))),) if notice.reason else ()
    result = Button("See the result of the review", notice.link, quiet=bool(notice.request_link))
    blocks: tuple[Block, ...] = (
        Text(lead),
        Text(f"{CAUSE[notice.cause]} The review was {named(notice.review)}."),
        *quote,
        *((Button("Ask for it again", notice.request_link),) if notice.request_link else ()),
        result,
        Facts(
            (("If you still need it", AGAIN[bool(notice.request_link)]), ("If this is a mistake", MISTAKE))
        ),
    )
    line = subject("Your access to ", notice.package, " has ended")
    return Page(line, bare(f"{lead} {CAUSE[notice.cause]}"), f"Your access to {package} has ended", blocks)

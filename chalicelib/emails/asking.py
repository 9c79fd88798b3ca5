"""The words of the mails that ask for something: a review has started, a reminder.

Words only; the layout is in `templates`. People are asked about others or, in a self-review, about
themselves, and little is said the same way in both cases.
"""

from __future__ import annotations

from collections.abc import Sequence

from chalicelib.domain.notices import Reminder, ReviewStarted, ReviewToDo
from chalicelib.domain.packages import NoResponse
from chalicelib.domain.wording import abridged, count, moment, short_day, trim, until
from chalicelib.emails.page import (
    Block,
    Button,
    Due,
    Facts,
    Heading,
    Names,
    Page,
    Quote,
    Text,
    bare,
    named,
    subject,
)

Asking = ReviewStarted | Reminder

NOTE_LENGTH = 256  # R78
NAME_LENGTH = 60  # in a list: beyond that it takes lines and tells nobody more

WHY = {
    "manager": "You are asked because you are their manager.",
    "named": "You are asked because you are named as a reviewer.",
    "owner": "You are asked because you own this package.",
    "fallback": "You are asked because nobody else could be asked: you are the fallback reviewer.",
    "handedOver": "You are asked because this was handed over to you.",
    "self": "Everyone who has this package is asked the same.",
}
UNANSWERED = {
    NoResponse.KEEP: "Whoever is left undecided keeps access.",
    NoResponse.REMOVE: "Whoever is left undecided loses access when the review has closed.",
    NoResponse.RECOMMENDATION: "For whoever is left undecided the recommendation counts: access ends for "
    "those with no sign-in in the 30 days before the review started. Everyone else keeps it.",
}
OWN_UNANSWERED = {
    NoResponse.KEEP: "Without an answer you keep your access.",
    NoResponse.REMOVE: "Without an answer your access ends when the review has closed.",
    NoResponse.RECOMMENDATION: "Without an answer your access ends if you had no sign-in in the 30 days "
    "before the review started. Otherwise you keep it.",
}
REASON = {
    False: "Each approval needs a short reason, which the person will see.",
    True: "A yes needs a short reason.",
}
HAND_OVER = "Open the review, select the people concerned and choose Hand over."
NO_HAND_OVER = "Tell your administrator, who finds the right person."


def started(notice: ReviewStarted) -> Page:
    """The mail that opens one review or several for a reviewer."""
    return _page(notice, prefix="", left="")


def reminder(notice: Reminder) -> Page:
    """The mail that reminds a reviewer of people still undecided."""
    first = _by_close(notice)[0]
    closing = f"Closes {until(first.closes, notice.now, first.zone)}: "
    prefix = {"midpoint": "Still open: ", "manual": "Reminder: "}.get(notice.kind, closing)
    return _page(notice, prefix=prefix, left=" left")


def _page(notice: Asking, *, prefix: str, left: str) -> Page:
    before, name, after = _subject_parts(notice, left)
    if prefix:
        before = prefix + before[:1].lower() + before[1:]
    blocks = _single(notice) if len(notice.reviews) == 1 else _several(notice)
    explained = next((review.help for review in notice.reviews if review.help), None)
    blocks += [Button("How reviewing works", explained, quiet=True)] if explained else []
    preview = next(bare(block.text) for block in blocks if isinstance(block, Text))
    return Page(subject(before, name, after), preview, _heading(notice), tuple(blocks))


def _subject_parts(notice: Asking, left: str) -> tuple[str, str, str]:
    """The subject before, in and after the one name that may have to be shortened."""
    first = _by_close(notice)[0]
    by = f"by {short_day(first.closes, notice.now, first.zone)}"
    people = sum(review.undecided for review in notice.reviews if not review.oneself)
    tail = f" ({count('person', 'people', people)}{left})" if people else ""
    if len(notice.reviews) == 1:
        if first.oneself:
            return "Do you still need ", first.package, f"? Answer {by}"
        return "Review access to ", first.package, f" {by}{tail}"
    days = {short_day(review.closes, notice.now, review.zone) for review in notice.reviews}
    by = by if len(days) == 1 else f"the first {by}"
    if all(review.oneself for review in notice.reviews):
        return f"Do you still need these {len(notice.reviews)} packages? Answer {by}", "", ""
    return f"{len(notice.reviews)} access reviews to do, {by}{tail}", "", ""


def _heading(notice: Asking) -> str:
    if all(review.oneself for review in notice.reviews):
        these = f"these {len(notice.reviews)} packages"
        return _question(notice.reviews[0]) if len(notice.reviews) == 1 else f"Do you still need {these}?"
    if len(notice.reviews) > 1:
        return f"{len(notice.reviews)} reviews are waiting for you"
    if isinstance(notice, ReviewStarted):
        return _question(notice.reviews[0])
    people = count("person still waits", "people still wait", notice.reviews[0].undecided)
    return f"{people} for your decision"


def _single(notice: Asking) -> list[Block]:
    review = notice.reviews[0]
    facts = (_answers(review, REASON[review.oneself]), _silence(review), *_hand_over([review]))
    about = f"This is the review {named(review.review)}."
    if isinstance(notice, ReviewStarted):
        about += " Its closing day is attached as a calendar entry."
    return [*_ask(review, notice), Facts(facts), Text(about, quiet=True)]


def _several(notice: Asking) -> list[Block]:
    reviews = _by_close(notice)
    first = until(reviews[0].closes, notice.now, reviews[0].zone)
    blocks: list[Block] = [Text(f"Each has a button of its own. The first closes {first}.")]
    for review in reviews:
        heading = _question(review) if review.oneself else named(review.package)
        reason = f"{REASON[review.oneself]} " if review.reason_required else ""
        details = f"{_silence(review)[1]} {reason}This is the review {named(review.review)}."
        blocks += [Heading(heading), *_ask(review, notice), Text(details, quiet=True)]
    kinds = {review.oneself: review for review in reviews}
    blocks += [
        Heading("For all of them"),
        Facts((*(_answers(review, "") for review in kinds.values()), *_hand_over(reviews))),
    ]
    if isinstance(notice, ReviewStarted):
        blocks.append(Text("The closing days are attached as calendar entries.", quiet=True))
    return blocks


def _ask(review: ReviewToDo, notice: Asking) -> list[Block]:
    """One review: what is asked and why, by when, the button, who it is about, the administrator's words."""
    blocks: list[Block] = [Text(f"{_lead(review, notice)} {WHY[review.why]}")]
    if review.about:
        blocks.append(Text(f"What it gives: {named(review.about)}", quiet=True))
    exact = moment(review.closes, notice.now, review.zone)
    blocks.append(Due(f"Closes {until(review.closes, notice.now, review.zone)}", exact))
    people = count("person", "people", review.undecided)
    blocks.append(Button("Answer yes or no" if review.oneself else f"Review {people}", review.link))
    names, more = abridged(review.names, review.undecided)
    if names and not review.oneself:
        names = tuple(trim(name, NAME_LENGTH) for name in names)
        blocks.append(Names("Waiting for you", names, more, inline=len(notice.reviews) > 1))
    if review.note:
        lines = tuple(trim(review.note, NOTE_LENGTH).split("\n"))
        blocks.append(Quote("From your administrator", lines))
    return blocks


def _question(review: ReviewToDo) -> str:
    package = named(review.package)
    return f"Do you still need {package}?" if review.oneself else f"Review access to {package}"


def _lead(review: ReviewToDo, notice: Asking) -> str:
    package, reminding = named(review.package), isinstance(notice, Reminder)
    if review.oneself:
        state = "You have not answered yet." if reminding else f"You have access to {package}."
        return f"{state} Say yes to keep it or no to give it up."
    people = count("person", "people", review.people)
    if reminding and review.decided:
        return f"You have decided on {review.decided:,} of {people} with access to {package}."
    if review.people == 1:
        person = named(review.names[0]) if review.names else "one person"
        return f"Please say whether {person} still needs {package}."
    return f"Please say for each of {people} whether they still need {package}."


def _answers(review: ReviewToDo, reason: str) -> tuple[str, str]:
    needed = f" {reason}" if review.reason_required and reason else ""
    if review.oneself:
        kept = "Yes keeps your access; you can change that until the close. No ends it at once."
        if not review.cut_now:
            kept = (
                "Yes keeps your access. No ends it when the review has closed. You can change your answer until then."
            )
        return "What your answer does", f"{kept}{needed}"
    noted = "Don't know keeps it, and is noted. You can change your mind until the close"
    if review.cut_now:
        return (
            "What your decision does",
            f"Approve keeps access. Deny ends it at once. {noted}, but not a Deny.{needed}",
        )
    kept = "Approve keeps access. Deny ends it when the review has closed."
    return "What your decision does", f"{kept} {noted}.{needed}"


def _silence(review: ReviewToDo) -> tuple[str, str]:
    if review.oneself:
        return "If you do not answer", OWN_UNANSWERED[review.unanswered]
    return "If nobody answers", UNANSWERED[review.unanswered]


def _hand_over(reviews: Sequence[ReviewToDo]) -> tuple[tuple[str, str], ...]:
    """How to pass a review on; nobody passes on the question about their own access."""
    others = [review for review in reviews if not review.oneself]
    if not others:
        return ()
    allowed = all(review.hand_over for review in others)
    return (("Not yours to decide?", HAND_OVER if allowed else NO_HAND_OVER),)


def _by_close(notice: Asking) -> list[ReviewToDo]:
    return sorted(notice.reviews, key=lambda review: review.closes)

"""What each kind of mail says."""

from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.domain.notices import AccessEnded, LastCallSummary, Reminder, ReviewFinished, ReviewStarted
from chalicelib.domain.packages import NoResponse
from chalicelib.emails.render import render
from tests.emails import samples
from tests.emails.samples import BRANDING, NOW, SAMPLES


def started(*reviews):
    return render(ReviewStarted(now=NOW, reviews=reviews), BRANDING)


def remind(kind, *reviews):
    return render(Reminder(now=NOW, kind=kind, reviews=reviews), BRANDING)


@pytest.mark.parametrize(
    ("name", "subject"),
    [
        ("started", "Review access to Finance Reporting by Tue 31 March (60 people)"),
        ("started-one", "Review access to Finance Reporting by Tue 31 March (1 person)"),
        ("started-self", "Do you still need Finance Reporting? Answer by Tue 31 March"),
        ("started-several", "3 access reviews to do, the first by Tue 31 March (81 people)"),
        ("started-several-self", "Do you still need these 2 packages? Answer by Tue 31 March"),
        (
            "reminder-midpoint",
            "Still open: review access to Finance Reporting by Tue 31 March (48 people left)",
        ),
        (
            "reminder-last",
            "Closes in 6 days: review access to Finance Reporting by Tue 31 March (1 person left)",
        ),
        (
            "reminder-self",
            "Closes in 6 days: do you still need Finance Reporting? Answer by Tue 31 March",
        ),
        ("reminder-several", "Reminder: 3 access reviews to do, the first by Tue 31 March (81 people left)"),
        ("last-call", "Closes tomorrow, Thu 26 March: 12 reviewers have not finished Finance Reporting"),
        ("last-call-nasty", "Closes tomorrow, Thu 26 March: 2 reviews are not finished"),
        ("finished", "The review of Finance Reporting has closed: 8 people lose access, 52 keep it"),
        (
            "finished-brake",
            "Please confirm: the review of Finance Reporting would end access for 26 people",
        ),
        ("waits-several", "12 reviews wait for data"),
        ("waits", "The review of Finance Reporting waits for data"),
        ("switched-off", "Access to Finance Reporting is not reviewed any more"),
        ("ended", "Your access to Finance Reporting has ended"),
        ("tasks-one", "End Tom Baker's access to Warehouse scanners by Tue 31 March"),
        ("tasks-give", "Give Tom Baker access to Warehouse scanners by Tue 31 March"),
        ("tasks-several", "40 changes of access to make by hand, the first by Tue 31 March"),
        ("tasks-due", "Overdue: end Tom Baker's access to Warehouse scanners"),
        ("tasks-due-several", "Overdue: 2 changes of access to make by hand"),
    ],
)
def test_subjects_say_who_what_by_when(name, subject):
    assert render(SAMPLES[name], BRANDING).subject == subject


def test_a_long_name_is_shortened_in_the_subject_and_nothing_else_is():
    subject = started(samples.to_do(package="Long " * 60)).subject
    assert subject.endswith("Long… by Tue 31 March (60 people)")
    assert 130 < len(subject) <= 140


def test_five_names_and_how_many_more():
    mail = started(samples.to_do())
    for text in (mail.text, mail.html):
        assert "Tom Baker" in text and "Zoë" not in text and "and 55 more" in text
    assert "more" not in started(samples.to_do(people=2, names=("Ana", "Bo"))).text


def test_a_reminder_counts_those_still_undecided():
    text = remind("midpoint", samples.to_do(decided=12)).text
    assert "You have decided on 12 of 60 people with access to Finance Reporting." in text
    assert "48 people still wait for your decision" in text
    assert "and 43 more" in text
    assert "Review 48 people:" in text


def test_a_self_review_is_asked_quite_differently():
    own, others = started(samples.own()).text, started(samples.to_do()).text
    assert "Do you still need Finance Reporting?" in own and "Do you still need" not in others
    assert "Yes keeps your access" in own and "Approve keeps access" in others
    for word in ("Approve", "Deny", "Hand over", "reviewer", "Waiting for you"):
        assert word not in own
    assert "You have not answered yet." in remind("lastCall1", samples.own()).text


@pytest.mark.parametrize(
    ("why", "words"),
    [
        ("manager", "you are their manager"),
        ("named", "you are named as a reviewer"),
        ("owner", "you own this package"),
        ("fallback", "nobody else could be asked: you are the fallback reviewer"),
        ("handedOver", "this was handed over to you"),
    ],
)
def test_everybody_is_told_why_they_are_asked(why, words):
    assert words in started(samples.to_do(why=why)).text


@pytest.mark.parametrize(
    ("rule", "others", "own"),
    [
        (NoResponse.KEEP, "undecided keeps access", "you keep your access"),
        (NoResponse.REMOVE, "undecided loses access", "your access ends when"),
        (NoResponse.RECOMMENDATION, "the recommendation counts", "your access ends if you had no sign-in"),
    ],
)
def test_what_happens_without_an_answer_r113(rule, others, own):
    assert others in started(samples.to_do(unanswered=rule)).text
    assert own in started(samples.own(unanswered=rule)).text


def test_a_reason_is_asked_for_only_where_required_g16():
    assert "Each approval needs a short reason" in started(samples.to_do()).text
    assert "A yes needs a short reason" in started(samples.own()).text
    assert "reason" not in started(samples.to_do(reason_required=False)).text


def test_the_administrators_words_are_told_apart_and_cut_at_256_characters_r78():
    text = started(samples.to_do(note="Seasonal staff left.\n" + "x" * 400)).text
    quoted = [line for line in text.splitlines() if line.startswith("> ")]
    assert "From your administrator:\n> Seasonal staff left.\n> xxx" in text
    assert len("\n".join(line[2:] for line in quoted)) == 256


def test_handing_over_is_explained_where_it_is_allowed():
    assert "choose Hand over" in started(samples.to_do()).text
    assert "Tell your administrator" in started(samples.to_do(hand_over=False)).text


def test_says_when_a_deny_takes_effect():
    """Where the policy removes at once, nobody may read that there is time until the close."""
    assert "Deny ends it when the review has closed" in started(samples.to_do()).text
    at_once = started(samples.to_do(cut_now=True)).text
    assert "Deny ends it at once" in at_once and "Deny ends it when" not in at_once
    own = started(samples.to_do(cut_now=True, why="self")).text
    assert "No ends it at once" in own and "No ends it when" not in own


def test_several_reviews_are_one_mail_the_most_urgent_first():
    late, early = samples.SEVERAL[2], samples.SEVERAL[0]
    text = started(late, early).text
    assert text.index("Finance Reporting") < text.index("Warehouse Scanners")
    assert text.count("https://") == 3, "one a review, and the help"


@pytest.mark.parametrize(
    ("kind", "days", "start"),
    [
        ("midpoint", 6, "Still open: "),
        ("manual", 6, "Reminder: "),
        ("lastCall3", 3, "Closes in 3 days: "),
        ("lastCall1", 1, "Closes tomorrow: "),
        ("lastCall1", 0, "Closes today: "),
    ],
)
def test_a_reminder_says_what_it_is(kind, days, start):
    closes = NOW.replace(hour=21, minute=59) + timedelta(days=days)
    assert remind(kind, samples.to_do(closes=closes)).subject.startswith(start)


def test_a_last_call_names_who_is_late_and_tells_why():
    text = render(LastCallSummary(now=NOW, reviews=(samples.LATE,)), BRANDING).text
    assert "- Amina Diallo: 48 of 60 undecided" in text and "- and 6 more" in text
    assert "you own this package" in text and "undecided loses access" in text
    own = replace(samples.LATE, self_review=True, why="manager", link=None)
    text = render(LastCallSummary(now=NOW, reviews=(own,)), BRANDING).text
    assert "12 people have not answered about Finance Reporting" in text
    assert "- Amina Diallo: no answer yet" in text and "See the progress" not in text


def test_a_finished_review_adds_up_and_says_there_is_nothing_to_do():
    text = render(SAMPLES["finished"], BRANDING).text
    for line in ("Approved: 45", "Denied: 6", "No answer, access ends: 2", "Everybody in the review: 60"):
        assert f"- {line}\n" in text
    assert "8 people lose access. Removal has started. There is nothing to do." in text


def test_a_braked_review_says_that_nothing_is_removed_until_somebody_confirms_g24():
    text = render(SAMPLES["finished-brake"], BRANDING).text
    assert "26 people are 33% of the review, more than is removed without a second look." in text
    assert "Nothing is removed yet: everybody keeps access until an administrator confirms." in text
    assert "Check and confirm:" in text
    assert "(2 had no reviewer to ask)" in text


def test_other_ways_a_review_may_finish():
    def text(**changes):
        return render(ReviewFinished(**(samples.FINISHED | changes)), BRANDING).text

    assert "only when an administrator says so" in text(waiting="manual")
    assert "Nobody loses access." in text(to_remove=0, waiting="brake")
    assert "was stopped early on Tuesday 31 March" in text(stopped_early=True)
    assert "- Had lost access before: 3\n" in text(cancelled=3)


@pytest.mark.parametrize(
    ("cause", "words"),
    [
        ("decision", "A reviewer decided that it is no longer needed."),
        ("ownAnswer", "You answered that you no longer need it."),
        ("noAnswer", "closed without an answer about your access. For this package"),
        ("recommendation", "no sign-in in the 30 days before it started"),
    ],
)
def test_whoever_loses_access_is_told_why(cause, words):
    assert words in render(AccessEnded(**(samples.ENDED | {"cause": cause})), BRANDING).text


def test_whoever_loses_access_is_told_since_when_and_how_to_ask_again_g15():
    text = render(SAMPLES["ended"], BRANDING).text
    assert "It ended on Wednesday 1 April, 00:04 Paris time. You had it since 2 September 2024." in text
    assert "The reason given:\n> Moved to the sales team" in text
    assert "Ask for it again:\nhttps://" in text
    without = render(SAMPLES["ended-no-request"], BRANDING).text
    assert "cannot be asked for in the portal" in without and "reason given" not in without

"""Every planted fault, in one table."""

from __future__ import annotations

from tests.simulation.planted import lives, moments, plants
from tests.simulation.planted.plants import Plant

PLANTS = (
    Plant("a deadline that is not checked", 3, "P5", plants._deadline, lives.a_review_with_strangers, often=True),
    Plant("anybody may decide", 29, "P5", plants._anybody, lives.a_review_with_strangers),
    Plant("one may decide about oneself", 0, "P5", plants._oneself, lives.a_review_of_oneself_among_others, often=True),
    Plant("a decision overwrites the one before", 2, "P7, P9", plants._overwrites, lives.a_quiet_review, often=True),
    Plant("a repeat is appended again", 9, "P7", plants._appends_again, lives.a_rough_review),
    Plant("a repeat is a conflict", 9, "P9", plants._false_conflict, moments.a_write_that_is_made_twice),
    Plant("the effect before the record", 5, "P18", plants._effect_first, moments.an_assignment_by_a_worker_that_dies),
    Plant("the first record of a batch only", 10, "P18", plants._first_record, lives.a_quiet_review, often=True),
    Plant("one page only", 12, "P1", plants._one_page, lives.a_quiet_review, often=True),
    Plant("a chunk that is not put once", 1, "P1", plants._manifest_replaced, moments.a_chunk_that_two_resolve),
    Plant("a lease that nobody looks at", 8, "P11", plants._no_lease, moments.a_second_worker_that_comes_too_early),
    Plant("a date that opens twice", 4, "P2", plants._new_id, moments.an_occurrence_that_is_opened_by_two),
    Plant("no second read", 25, "P13", plants._no_second_read, lives.a_system_that_lies, often=True),
    Plant("the connector's word is believed", 21, "P13", plants._believes, lives.a_system_that_lies),
    Plant("overlapping grants are ignored", 19, "P12", plants._no_overlap, lives.a_review_of_two_grants, often=True),
    Plant("the brake is ignored", 26, "P14", plants._no_brake, lives.a_silent_review, often=True),
    Plant(
        "silence of who was never asked",
        26,
        "P10",
        plants._silence_of_nobody,
        moments.a_review_that_nobody_was_asked_about,
    ),
    Plant("the last one goes", 26, "P14", plants._last_one_goes, moments.the_last_one),
    Plant("notices without identity", 7, "P15", plants._no_identity, lives.a_review_with_trouble_about_mails),
    Plant("mails that nobody claims", 7, "P15", plants._no_claim, lives.a_review_with_trouble_about_mails),
    Plant("reminders to who has decided", 16, "P16", plants._reminds_everybody, lives.days_of_reminders, often=True),
    Plant("an event outside the transaction", 5, "P18", plants._event_apart, lives.a_review_with_trouble_about_commits),
    Plant("a change without its event", 18, "P18", plants._no_event, lives.a_quiet_review),
    Plant("an unsigned cursor", 33, "P20", plants._unsigned, moments.links_that_were_altered),
    Plant("a cursor for anybody", 29, "P20", plants._anybodys_link, moments.links_that_were_altered),
    Plant("formulas in a file", 32, "P20", plants._formulas, moments.a_file_with_wicked_words, often=True),
    Plant("leaves without a salt", 38, "P19", plants._no_salt, lives.a_quiet_review),
    Plant("the wrong predecessor in the chain", 38, "P19", plants._wrong_predecessor, moments.reviews_that_are_sealed),
    Plant("messages acknowledged unread", 17, "P21", plants._acknowledges, moments.messages_that_cannot_be_read),
    Plant("a failed read taken for nobody", 14, "P3", plants._swallows, moments.a_directory_that_cannot_be_read),
    Plant(
        "the agenda row goes first", 6, "P2, P21", plants._row_goes_first, lives.a_review_with_trouble_about_the_agenda
    ),
)

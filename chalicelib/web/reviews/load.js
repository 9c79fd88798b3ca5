// A reviewer's reviews, as every page here shows them: those that wait, most urgent first, then the others.
import { following, get } from "../lib/api.js";
import { now } from "../lib/dates.js";
import { t } from "../lib/texts.js";

const LONGEST = 370 * 86_400_000; // no review is planned to be open for longer: older pages hold closed ones
const CLOSED = ["Completed", "Applying", "Applied", "Failed"];

/** The address of one's reviews. */
export const MINE = "/api/v1/reviews";

/** Can it be decided now? */
export const isOpen = (review) => review.status === "InProgress" && new Date(review.endDateTime) > now();

/** Is it about the caller's own access, asked of them? */
export const isOwn = (review) => review.selfReview && review.reviewerReason === "self";

/** Has it been closed, with its outcome known? Between the end and that it is being closed. */
export const isClosed = (review) => CLOSED.includes(review.status);

/** Has the caller handed all of their own part over, and nothing else to decide in it? They still may. */
export const isElsewhere = (review) => !review.onBehalfOf.length && review.handedOver.some((one) => !one.items.length);

const byEnd = (one, other) => new Date(one.endDateTime) - new Date(other.endDateTime);

/**
 * The caller's reviews: `{waiting, elsewhere, decided, closed, names, more}`. Every open one is there, `more` leads to older
 * closed ones. `names` maps the ids of people whom the reviews mention to their names.
 */
export async function loadReviews(signal) {
  let path = MINE;
  const rows = [];
  const names = new Map();
  while (path) {
    const page = await get(path, { signal });
    rows.push(...page.value);
    page.people.forEach((one) => names.set(one.id, one.displayName));
    path = following(page);
    const oldest = rows.at(-1);
    if (oldest && now() - new Date(oldest.startDateTime) > LONGEST) break;
  }
  return { ...sorted(rows), names, more: path };
}

/** Reviews by what they want of the caller. Those that are not open yet are left out. */
export function sorted(rows) {
  const open = rows.filter(isOpen).sort(byEnd);
  const over = (one) => isClosed(one) || new Date(one.endDateTime) <= now();
  return {
    waiting: open.filter((one) => one.undecided > 0 && !isElsewhere(one)),
    elsewhere: open.filter((one) => one.undecided > 0 && isElsewhere(one)),
    decided: open.filter((one) => one.undecided === 0),
    closed: rows.filter((one) => over(one) && !open.includes(one)).sort((one, other) => byEnd(other, one)),
  };
}

/** What a review asks, in one line. */
export function question(review) {
  if (isOwn(review)) return t("reviews.asksYourself");
  const { items: count, reviewerReason: reason } = review;
  const known = { manager: "asksManager", owner: "asksOwner", fallback: "asksFallback" }[reason];
  return t(`reviews.${known || "asksNamed"}`, { count });
}

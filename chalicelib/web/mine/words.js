// What the API says of somebody's access, in words.
import { ago, longDay, now } from "../lib/dates.js";
import { t } from "../lib/texts.js";

export const MINE = "/api/v1/my-access";
export const TONES = { kept: ["approve", "circle-check"], removed: ["deny", "circle-x"], removalPending: ["deny", "circle-x"], cancelled: ["plain", "circle-minus"] };

/** Does the caller have it, or will they? */
export const isLive = (held) => held.state !== "expired";

/** "Since 3 February 2025", "3 February 2025 to 4 March 2026", "Begins 1 December 2026". */
export function span(held) {
  const from = longDay(held.startDateTime);
  if (new Date(held.startDateTime) > now()) return t("mine.begins", { day: from });
  if (!isLive(held) && held.endDateTime) return t("mine.sinceUntil", { from, to: longDay(held.endDateTime) });
  return t("mine.since", { day: from });
}

/** "Until 31 March 2027", "No end date"; nothing for what has ended. */
export const end = (held) => (isLive(held) ? (held.endDateTime ? t("mine.until", { day: longDay(held.endDateTime) }) : t("mine.noEnd")) : "");

/** How a closed review ended for this access, in one line. */
export const result = (review) => t(`mine.result_${review.outcome}`, { when: ago(review.appliedDateTime && review.outcome === "removed" ? review.appliedDateTime : review.closedDateTime) });

/** Why: the reason meant for the person, or that there was none. Never by whom. */
export function why(review) {
  if (review.justification) return t("mine.reason", { reason: review.justification });
  if (review.byRule) return t("mine.byRule");
  if (review.outcome === "cancelled") return "";
  return review.decision === "NotReviewed" ? t("mine.nobody") : t("mine.noReason");
}

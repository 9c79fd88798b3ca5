// What a row and the head say, made of what the API knows: recommendations with their reason, rights in plain words.
import { ago, day, daysBetween, shortDay } from "../lib/dates.js";
import { has, t } from "../lib/texts.js";

export const DECISIONS = {
  Approve: { text: "review.approve", done: "review.approved", icon: "check", tone: "approve", key: "a" },
  Deny: { text: "review.deny", done: "review.denied", icon: "x", tone: "deny", key: "d" },
  DontKnow: { text: "review.unsure", done: "review.unsured", icon: "circle-question-mark", tone: "unsure", key: "u" },
  NotReviewed: { text: "review.undecided", done: "review.cleared", icon: "circle-dot", tone: "plain" },
};

/** What is suggested and why: `{tone, icon, text, why, brief}`. `opened` is when the review froze what it knows. */
export function suggestion(item, opened) {
  if (item.resource !== null) return aboutUse(item, opened);
  const days = item.lastSignIn ? Math.max(daysBetween(item.lastSignIn, opened), 0) : 0;
  if (item.recommendation === "Deny") {
    const why = item.lastSignIn ? t("review.idleSince", { day: shortDay(item.lastSignIn), count: days }) : t("review.neverSignedIn");
    return { tone: "deny", icon: "x", text: t("review.denySuggested"), why, brief: item.lastSignIn ? t("review.idleFor", { count: days }) : why };
  }
  if (item.recommendation === "Approve") {
    const why = t("review.activeSince", { when: ago(item.lastSignIn) });
    return { tone: "approve", icon: "check", text: t("review.approveSuggested"), why, brief: why };
  }
  const why = t(item.lastSignIn ? "review.oldSignInData" : "review.noSignInData");
  return { tone: "plain", icon: "minus", text: t("review.nothingSuggested"), why, brief: why };
}

/** The same where the suggestion is about the use of a resource of the package. */
function aboutUse({ recommendation, resource, lastUsed }, opened) {
  if (recommendation === "Approve") {
    return { tone: "approve", icon: "check", text: t("review.approveSuggested"), why: t("review.usedSince", { resource, when: ago(lastUsed) }), brief: t("review.usedLately", { when: ago(lastUsed) }) };
  }
  const look = { tone: "deny", icon: "x", text: t("review.denySuggested") };
  if (!lastUsed) return { ...look, why: t("review.neverUsed", { resource }), brief: t("review.neverUsed", { resource }) };
  const days = Math.max(daysBetween(lastUsed, opened), 0);
  return { ...look, why: t("review.unusedSince", { resource, day: shortDay(lastUsed), count: days }), brief: t("review.unusedFor", { count: days }) };
}

/** When somebody last signed in, in two short lines. */
export function signIn(item) {
  if (item.lastSignIn) return [ago(item.lastSignIn), shortDay(item.lastSignIn)];
  return item.recommendation === "Deny" && item.resource === null ? [t("review.never"), ""] : [t("review.unknown"), ""];
}

/** One sentence on what a decision does, and one on what happens without any. */
export function consequence({ rules, endDateTime }) {
  return [t(`review.does_${rules.removes}`, { when: day(endDateTime) }), t(`review.silence_${rules.noResponse}`)];
}

/** One right that a package gives: "Reader in Ledger". */
export function right(grant) {
  const key = `review.right_${grant.originSystem}`;
  if (grant.originSystem === "AadApplication" && grant.role === "Default Access") return t("review.rightToUse", { resource: grant.displayName });
  return t(has(key) ? key : "review.right_other", { resource: grant.displayName, role: grant.role });
}

/** How the former review ended, in a few words. */
export function earlier(one) {
  if (one.cancelled) return t("review.earlier_ended");
  if (one.decision === "NotReviewed") return t("review.earlier_NotReviewed");
  return t(`review.earlier_${one.decision}`);
}

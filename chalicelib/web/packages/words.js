// What the settings of a policy come to, in words, and what of them was changed.
import { longDay } from "../lib/dates.js";
import { list, t } from "../lib/texts.js";
import { daysOf } from "./settings.js";

/** "Every quarter, by each person's manager": how a policy is reviewed; `form` as in settings.js. */
export function reviewed(form) {
  if (!form.on) return t("packages.notReviewed");
  return t("packages.reviewedBy", { every: t(`policy.often_${form.every}`), who: form.who === "people" ? t("policy.byNamed") : t(`policy.by_${form.who}`) });
}

/** How long an assignment lasts: "90 days", "until 31 March 2027", "without end". */
export function lasts(expiration) {
  if (expiration?.type === "afterDuration") return t("packages.lastsDays", { count: daysOf(expiration.duration) || 0 });
  if (expiration?.type === "afterDateTime") return t("packages.lastsUntil", { day: longDay(expiration.endDateTime) });
  return t("packages.lastsForever");
}

const people = (named) => (named.length ? list(named.map((one) => one.displayName)) : t("packages.nobody"));
const flag = (value) => t(value ? "packages.yes" : "packages.no");
const days = (text) => t("packages.days", { count: Number(text) || 0 });

const SAID = {
  on: (form) => t(form.on ? "policy.switchedOn" : "policy.switchedOff"),
  every: (form) => t(`policy.often_${form.every}`),
  start: (form) => longDay(`${form.start}T12:00:00Z`, "UTC"),
  days: (form) => days(form.days),
  who: (form) => t(`policy.by_${form.who}`),
  people: (form) => people(form.people),
  fallback: (form) => people(form.fallback),
  silence: (form) => t(`policy.silence_${form.silence}`),
  zone: (form) => form.zone,
  end: (form) => t(`policy.end_${form.end}`),
  endDate: (form) => form.endDate && longDay(`${form.endDate}T12:00:00Z`, "UTC"),
  count: (form) => form.count,
  justification: (form) => flag(form.justification),
  recommendations: (form) => flag(form.recommendations),
  dataAge: (form) => days(form.dataAge),
  recipients: (form) => people(form.recipients),
  text: (form) => form.text || t("packages.empty"),
  delegation: (form) => flag(form.delegation),
  selfDecision: (form) => flag(form.selfDecision),
  cutNow: (form) => flag(form.cutNow),
  reviewRegrants: (form) => flag(form.reviewRegrants),
  autoApply: (form) => flag(form.autoApply),
  brakeCount: (form) => form.brakeCount,
  brakePercent: (form) => `${form.brakePercent} %`,
  name: (form) => form.name,
  description: (form) => form.description || t("packages.empty"),
  enabled: (form) => flag(form.enabled),
  allowed: (form) => t(`policy.allowed_${form.allowed}`),
  lasting: (form) => t(`policy.lasting_${form.lasting}`),
  lastsFor: (form) => days(form.lastsFor),
  ends: (form) => form.ends,
};

const IDLE = {
  people: (form) => form.who !== "people",
  fallback: (form) => form.who === "self",
  endDate: (form) => form.end !== "endDate",
  count: (form) => form.end !== "numbered",
  lastsFor: (form) => form.lasting !== "afterDuration",
  ends: (form) => form.lasting !== "afterDateTime",
};
const OUTSIDE = ["name", "description", "enabled", "allowed", "lasting", "lastsFor", "ends", "on"];

/** What differs between two forms: [{name, from, to}] in words. Settings of reviews that stay off say nothing. */
export function changes(before, after) {
  return Object.keys(SAID)
    .filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]))
    .filter((name) => OUTSIDE.includes(name) || (before.on && after.on))
    .filter((name) => !IDLE[name]?.(after))
    .map((name) => ({ name, from: IDLE[name]?.(before) ? "" : SAID[name](before), to: SAID[name](after) }))
    .filter((one) => one.from !== one.to);
}

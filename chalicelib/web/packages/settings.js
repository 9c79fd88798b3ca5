// Review settings between the API and the form: one flat object to fill in, and the JSON that saving and previewing send.
import { inputDay, now } from "../lib/dates.js";

const TERM = "@accessReviews.";
const TYPE = "#microsoft.graph.";
const MONTHS = { 1: "monthly", 3: "quarterly", 6: "halfYearly", 12: "annual" };
export const FREQUENCIES = ["weekly", "monthly", "quarterly", "halfYearly", "annual", "once"];
export const LONGEST = { weekly: 7, monthly: 27, quarterly: 88, halfYearly: 180, annual: 364, once: 364 };
export const REVIEWERS = ["manager", "self", "people", "owners"];
export const SILENCES = ["keepAccess", "removeAccess", "acceptAccessRecommendation"];

/** Days of a duration such as P14D or P2W. */
export const daysOf = (text) => {
  const found = /^P(?:(\d+)W)?(?:(\d+)D)?/.exec(text || "");
  return found ? Number(found[1] || 0) * 7 + Number(found[2] || 0) : 0;
};

/** What a policy without reviews begins with. */
export const fresh = (zone) => ({
  on: false,
  every: "quarterly",
  start: inputDay(new Date(now().getTime() + 86_400_000), zone),
  days: "14",
  who: "manager",
  level: 1,
  people: [],
  fallback: [],
  silence: "keepAccess",
  zone,
  end: "noEnd",
  endDate: "",
  count: "4",
  justification: true,
  recommendations: true,
  dataAge: "7",
  recipients: [],
  text: "",
  delegation: true,
  selfDecision: false,
  cutNow: false,
  reviewRegrants: false,
  autoApply: true,
  brakeCount: "10",
  brakePercent: "30",
});

/** The form of review settings as the API gives them; `names` has people and groups by id. */
export function toForm(review, zone, names) {
  if (!review) return fresh(zone);
  const primary = review.primaryReviewers || [];
  const manager = primary.find((one) => one["@odata.type"] === `${TYPE}targetManager`);
  const brake = review[`${TERM}brake`] || {};
  return {
    ...fresh(zone),
    ...timing(review.schedule, zone),
    on: review.isEnabled,
    who: review.isSelfReview ? "self" : review[`${TERM}ownersReview`] ? "owners" : manager ? "manager" : "people",
    level: manager?.managerLevel || 1,
    people: manager ? [] : subjects(primary, names),
    fallback: subjects(review.fallbackReviewers, names),
    silence: review.expirationBehavior,
    justification: review.isReviewerJustificationRequired,
    recommendations: review.isRecommendationEnabled,
    dataAge: String(daysOf(review[`${TERM}maxDataAge`]) || 7),
    recipients: subjects(review[`${TERM}additionalNotificationRecipients`], names),
    text: review[`${TERM}descriptionForReviewers`] || "",
    delegation: review[`${TERM}delegation`] !== false,
    selfDecision: Boolean(review[`${TERM}selfDecision`]),
    cutNow: Boolean(review[`${TERM}cutNow`]),
    reviewRegrants: Boolean(review[`${TERM}reviewRegrants`]),
    autoApply: review[`${TERM}autoApply`] !== false,
    brakeCount: String(brake.count ?? 10),
    brakePercent: String(Math.round((brake.share ?? 0.3) * 100)),
  };
}

function timing(schedule, zone) {
  if (!schedule) return {};
  const range = schedule.recurrence?.range || {};
  const pattern = schedule.recurrence?.pattern;
  return {
    start: range.startDate || inputDay(schedule.startDateTime, range.recurrenceTimeZone || zone),
    days: String(daysOf(schedule.expiration?.duration)),
    zone: range.recurrenceTimeZone || zone,
    every: !pattern ? "once" : pattern.type === "weekly" ? "weekly" : MONTHS[pattern.interval],
    end: pattern ? range.type : "noEnd",
    endDate: range.endDate || "",
    count: String(range.numberOfOccurrences || 4),
  };
}

const subjects = (list, names) =>
  (list || []).map((one) => {
    const kind = one.groupId ? "group" : "user";
    const id = one.userId || one.groupId;
    const found = names?.get(id);
    return { kind, id, displayName: found?.displayName || id, userPrincipalName: found?.userPrincipalName || "" };
  });

/** The people and groups that settings name, by kind. */
export function namedIn(review) {
  const lists = ["primaryReviewers", "fallbackReviewers", `${TERM}additionalNotificationRecipients`];
  const all = lists.flatMap((name) => review?.[name] || []);
  const ids = (member) => [...new Set(all.map((one) => one[member]).filter(Boolean))];
  return { users: ids("userId"), groups: ids("groupId") };
}

const subject = (one) =>
  one.kind === "group" ? { "@odata.type": `${TYPE}groupMembers`, groupId: one.id } : { "@odata.type": `${TYPE}singleUser`, userId: one.id };

/** What the form would save, as the API takes it. */
export function toGraph(form) {
  const asked = form.who === "manager" ? [{ "@odata.type": `${TYPE}targetManager`, managerLevel: form.level }] : form.people.map(subject);
  return {
    isEnabled: form.on,
    expirationBehavior: form.silence,
    isRecommendationEnabled: form.recommendations,
    isReviewerJustificationRequired: form.justification,
    isSelfReview: form.who === "self",
    primaryReviewers: form.who === "self" || form.who === "owners" ? [] : asked,
    fallbackReviewers: form.who === "self" ? [] : form.fallback.map(subject),
    schedule: schedule(form),
    [`${TERM}autoApply`]: form.autoApply,
    [`${TERM}maxDataAge`]: `P${whole(form.dataAge)}D`,
    [`${TERM}delegation`]: form.delegation,
    [`${TERM}ownersReview`]: form.who === "owners",
    [`${TERM}selfDecision`]: form.selfDecision,
    [`${TERM}cutNow`]: form.cutNow,
    [`${TERM}reviewRegrants`]: form.reviewRegrants,
    [`${TERM}brake`]: { count: whole(form.brakeCount), percent: whole(form.brakePercent) },
    [`${TERM}descriptionForReviewers`]: form.text.trim(),
    [`${TERM}additionalNotificationRecipients`]: form.recipients.map(subject),
  };
}

function schedule(form) {
  const kind = form.every === "once" ? "noEnd" : form.end;
  return {
    startDateTime: form.start,
    expiration: { type: "afterDuration", duration: `P${whole(form.days)}D` },
    recurrence: {
      pattern: pattern(form.every),
      range: {
        type: form.every === "once" ? "numbered" : kind,
        startDate: form.start || null,
        endDate: kind === "endDate" ? form.endDate || null : null,
        numberOfOccurrences: form.every === "once" ? 1 : kind === "numbered" ? whole(form.count) : 0,
        recurrenceTimeZone: form.zone,
      },
    },
  };
}

function pattern(every) {
  if (every === "once") return null;
  if (every === "weekly") return { type: "weekly", interval: 1 };
  return { type: "absoluteMonthly", interval: Number(Object.keys(MONTHS).find((one) => MONTHS[one] === every)) };
}

const whole = (text) => Math.max(0, Math.trunc(Number(text) || 0));

/** Which control of the form an error of the API is about, by the member it names. */
export function controlOf(target = "") {
  const rest = target.replace(/^reviewSettings\//, "").replace(TERM, "");
  const known = [
    ["schedule/startDateTime", "start"],
    ["schedule/expiration", "days"],
    ["schedule/recurrence/range/endDate", "endDate"],
    ["schedule/recurrence/range/numberOfOccurrences", "count"],
    ["schedule/recurrence/range/recurrenceTimeZone", "zone"],
    ["schedule/recurrence", "every"],
    ["schedule", "start"],
    ["primaryReviewers", "people"],
    ["fallbackReviewers", "fallback"],
    ["additionalNotificationRecipients", "recipients"],
    ["descriptionForReviewers", "text"],
    ["brake/count", "brakeCount"],
    ["brake", "brakePercent"],
    ["maxDataAge", "dataAge"],
    ["expirationBehavior", "silence"],
    ["expiration/endDateTime", "ends"],
    ["expiration", "lasts"],
    ["displayName", "name"],
    ["description", "description"],
  ];
  return known.find(([start]) => rest.startsWith(start))?.[1] || "";
}

// A policy between the API and the form: what is filled in, what is sent, and what is wrong with it before it is sent.
import { get } from "../lib/api.js";
import { inputDay, ownZone } from "../lib/dates.js";
import { t } from "../lib/texts.js";
import { daysOf, fresh, LONGEST, namedIn, toForm, toGraph } from "./settings.js";
import { namesOf } from "./subjects.js";

export const EM = "/v1.0/identityGovernance/entitlementManagement";

/** Everything the editor needs: the package, the policy (null: a new one), and the form as it is saved. */
export async function loadPolicy(packageId, policyId, me, signal) {
  const [packed, policy] = await Promise.all([
    get(`${EM}/accessPackages/${packageId}?$expand=catalog`, { signal }),
    policyId ? get(`${EM}/assignmentPolicies/${policyId}`, { signal }) : null,
  ]);
  const named = policy ? namedIn(policy.reviewSettings) : { users: [me.id], groups: [] };
  const names = named.users.length + named.groups.length ? await namesOf(named) : new Map();
  const self = names.get(me.id);
  return { packed, policy, form: policy ? formOf(policy, me.timeZone, names) : newForm(me.timeZone, self) };
}

const newForm = (zone, self) => ({
  ...fresh(zone),
  ...{ on: true, name: "", description: "", enabled: true, allowed: "notSpecified", lasting: "noExpiration", lastsFor: "180", ends: "" },
  fallback: self ? [{ kind: "user", id: self.id, displayName: self.displayName, userPrincipalName: self.userPrincipalName }] : [],
});

function formOf(policy, zone, names) {
  const { type, duration, endDateTime } = policy.expiration || {};
  return {
    ...toForm(policy.reviewSettings, zone, names),
    name: policy.displayName,
    description: policy.description || "",
    enabled: policy["@accessReviews.isEnabled"] !== false,
    allowed: policy.allowedTargetScope || "notSpecified",
    lasting: type === "afterDuration" || type === "afterDateTime" ? type : "noExpiration",
    lastsFor: String(daysOf(duration) || 180),
    ends: endDateTime ? inputDay(endDateTime, ownZone) : "",
  };
}

/** The body that saves the form; a policy that was never reviewed and stays so gets no settings. */
function bodyOf(form, reviewedBefore) {
  return {
    displayName: form.name.trim(),
    description: form.description,
    "@accessReviews.isEnabled": form.enabled,
    allowedTargetScope: form.allowed,
    expiration: expiration(form),
    reviewSettings: form.on || reviewedBefore ? toGraph(form) : null,
  };
}

function expiration(form) {
  if (form.lasting === "afterDuration") return { type: "afterDuration", duration: `P${Number(form.lastsFor) || 0}D` };
  if (form.lasting === "afterDateTime") return { type: "afterDateTime", endDateTime: form.ends ? new Date(`${form.ends}T23:59:00`).toISOString() : null };
  return { type: "noExpiration" };
}

/** What is to be sent: everything for a new policy, else only the members that differ from what was loaded. */
export function toSend(before, after, policy, packageId) {
  const known = Boolean(policy?.reviewSettings);
  const body = bodyOf(after, known);
  if (!policy) return { ...body, accessPackage: { id: packageId } };
  const old = bodyOf(before, known);
  return Object.fromEntries(Object.entries(body).filter(([name, value]) => JSON.stringify(value) !== JSON.stringify(old[name])));
}

/** What can be said to be wrong without asking the API: {control: message}. */
export function faults(form) {
  const found = {};
  if (!form.name.trim()) found.name = t("policy.needsName");
  if (form.lasting === "afterDuration" && !between(form.lastsFor, 1, 3660)) found.lasts = t("policy.needsDays", { from: 1, to: 3660 });
  if (form.lasting === "afterDateTime" && !form.ends) found.ends = t("policy.needsDate");
  return form.on ? { ...found, ...faultsOfReview(form) } : found;
}

/** What is wrong with the review settings alone: nothing can be foreseen before that is mended. */
export function faultsOfReview(form) {
  const found = {};
  if (!form.start) found.start = t("policy.needsDate");
  if (!between(form.days, 1, LONGEST[form.every])) found.days = t(`policy.needsDays_${form.every}`, { to: LONGEST[form.every] });
  if (form.who === "people" && !form.people.length) found.people = t("policy.needsPeople");
  if ((form.who === "manager" || form.who === "owners") && !form.fallback.length) found.fallback = t("policy.needsFallback");
  if (form.end === "endDate" && form.every !== "once" && !form.endDate) found.endDate = t("policy.needsDate");
  if (form.end === "numbered" && form.every !== "once" && !between(form.count, 1, 1000)) found.count = t("policy.needsDays", { from: 1, to: 1000 });
  if (!between(form.dataAge, 1, 365)) found.dataAge = t("policy.needsDays", { from: 1, to: 365 });
  if (!between(form.brakeCount, 1, 1_000_000)) found.brakeCount = t("policy.needsDays", { from: 1, to: 1_000_000 });
  if (!between(form.brakePercent, 0, 100)) found.brakePercent = t("policy.needsDays", { from: 0, to: 100 });
  return found;
}

const between = (text, from, to) => /^\d+$/.test(String(text)) && Number(text) >= from && Number(text) <= to;

/** On which step a control lies. */
export function stepOf(control) {
  if (["name", "description", "allowed", "enabled"].includes(control)) return "basics";
  return ["lasting", "lasts", "ends"].includes(control) ? "lasting" : "lifecycle";
}

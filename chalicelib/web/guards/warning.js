// Before somebody is assigned by hand what a review took from them: who denied, when and why. It stops nobody.
import { Notice } from "../kit/telling.js";
import { longDay } from "../lib/dates.js";
import { useGet } from "../lib/hooks.js";
import { html } from "../lib/html.js";
import { t } from "../lib/texts.js";

/** The denial that stands against this person (an id, or none yet) for this package; nothing without one. */
export function DeniedBefore({ person, packageId }) {
  const { data } = useGet(person ? `/api/v1/people/${person}/denials` : "");
  const one = person && data?.value.find((each) => each.accessPackage.id === packageId);
  if (!one) return null;
  const { byRule, reviewedBy, justification } = one.denied;
  const who = byRule ? t("guards.deniedRule", { day: longDay(one.since) }) : t("guards.deniedWho", { name: reviewedBy?.displayName || t("guards.somebody"), day: longDay(one.since) });
  return html`<${Notice} tone="unsure" title=${t("guards.deniedBefore")}>${who}${justification && ` ${t("guards.reasonWas", { reason: justification })}`} ${t("guards.deniedLift")}<//>`;
}

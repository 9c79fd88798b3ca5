// The policies of a package, each with its reviews in words.
import { Button, Icon, Tag, When } from "../kit/base.js";
import { Section } from "../kit/layout.js";
import { Empty } from "../kit/telling.js";
import { ago } from "../lib/dates.js";
import { html } from "../lib/html.js";
import { Link } from "../lib/router.js";
import { compare, t } from "../lib/texts.js";
import { toForm } from "./settings.js";
import { lasts, reviewed } from "./words.js";

export function Policies({ packed, rows, mine, me }) {
  const add = mine && html`<${Button} icon="plus" href="/admin/packages/${packed.id}/policies/new">${t("policy.newPolicy")}<//>`;
  const policies = [...packed.assignmentPolicies].sort((a, b) => compare(a.displayName, b.displayName));
  return html`<${Section} title=${t("packages.policies")} note=${t("packages.policiesNote")} actions=${policies.length > 0 && add}>
    ${policies.length
      ? html`<ul class="cards">${policies.map((one) => html`<${PolicyCard} key=${one.id} ...${{ one, packed, me }} row=${rows?.find((row) => row.assignmentPolicy?.id === one.id)} />`)}</ul>`
      : html`<${Empty} icon="file-text" title=${t("packages.noPolicies")} action=${add}>${t("packages.noPoliciesHelp")}<//>`}
  <//>`;
}

function PolicyCard({ one, packed, me, row }) {
  const form = toForm(one.reviewSettings, me.timeZone);
  const last = row?.lastCompletedReview;
  return html`<li class="card"><${Link} href="/admin/packages/${packed.id}/policies/${one.id}" class="card-link">
    <span class="card-icon"><${Icon} name=${form.on ? "calendar-clock" : "circle-minus"} size=${20} /></span>
    <span class="grow stack-4">
      <span class="row"><strong>${one.displayName}</strong>${one["@accessReviews.isEnabled"] === false && html`<${Tag}>${t("packages.closed")}<//>`}
        ${row?.coverage === "ended" && html`<${Tag} tone="unsure" icon="triangle-alert">${t("packages.coverage_ended")}<//>`}</span>
      <span>${reviewed(form)}${form.on && html`<span class="muted">${t("packages.elseSilence", { silence: t(`packages.silent_${form.silence}`) })}</span>`}</span>
      <span class="muted small">${[t("packages.accessLasts", { lasts: lasts(one.expiration) }), row?.liveAssignments !== undefined && t("packages.personCount", { count: row.liveAssignments })].filter(Boolean).join(" · ")}
        ${last && html` · <${When} at=${last.endDateTime}>${t("packages.lastReviewed", { ago: ago(last.endDateTime) })}<//>`}</span>
    </span><${Icon} name="chevron-right" /><//></li>`;
}

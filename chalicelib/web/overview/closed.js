// Reviews that closed lately, each as one bar of how it ended.
import { Tag, When } from "../kit/base.js";
import { DataTable, Section } from "../kit/layout.js";
import { ago } from "../lib/dates.js";
import { html } from "../lib/html.js";
import { Link } from "../lib/router.js";
import { number, t } from "../lib/texts.js";

/** `reviews` as `/api/v1/closed-reviews` answers them. */
export const Closed = ({ reviews }) => html`<${Section} title=${t("overview.closed")}>
  <${DataTable} caption=${t("overview.closed")} columns=${closedColumns()} list=${{ rows: reviews }} />
<//>`;

export const closedColumns = () => [
  { id: "review", title: t("overview.review"), wide: true, cell: (one) => html`<span class="stack-0"><${Link} class="running-link clip" href="/admin/reviews/${one.id}">${one.accessPackage.displayName}<//><span class="muted small clip">${one.assignmentPolicy.displayName}</span></span>` },
  { id: "when", title: t("overview.closedWhen"), cell: (one) => html`<span class="nowrap"><${When} at=${one.endDateTime} zone=${one.timeZone}>${ago(one.endDateTime)}<//></span>` },
  { id: "people", title: t("overview.people"), right: true, cell: (one) => number(one.population.items) },
  { id: "result", title: t("overview.result"), wide: true, cell: (one) => html`<${Result} outcome=${one.outcome} />` },
  { id: "removed", title: t("overview.removals"), cell: (one) => html`<${Removals} review=${one} />` },
];

function Result({ outcome }) {
  const parts = [
    ["approve", outcome.approved + outcome.approvedByRule, "approved"],
    ["deny", outcome.denied + outcome.deniedByRule, "denied"],
    ["unsure", outcome.dontKnow, "dontKnow"],
    ["plain", outcome.kept, "kept"],
  ].filter(([, count]) => count > 0);
  return html`<span class="result"><span class="stacked-bar result-bar" aria-hidden="true">${parts.map(([tone, count]) => html`<span key=${tone} class="stacked-part fill-${tone}" style=${{ flexGrow: String(count) }}></span>`)}</span>
    <span class="small muted">${parts.map(([, count, word]) => t(`overview.${word}`, { count })).join(" · ")}</span></span>`;
}

function Removals({ review }) {
  const { outcome } = review;
  if (review.waitingForConfirmation) return html`<${Tag} tone="unsure" icon="hand">${t("overview.needs-confirmation")}<//>`;
  if (outcome.removalFailures) return html`<${Tag} tone="deny" icon="circle-alert">${t("overview.removalsFailed", { count: outcome.removalFailures })}<//>`;
  if (outcome.held) return html`<${Tag} tone="unsure" icon="shield-alert">${t("overview.held", { count: outcome.held })}<//>`;
  return html`<span class=${outcome.removed ? "" : "muted"}>${outcome.removed ? t("overview.removed", { count: outcome.removed }) : t("overview.noneRemoved")}</span>`;
}

// Everybody of a review with what was decided about them, by whom and why.
import { Person, Tag, When } from "../kit/base.js";
import { Chip, DataTable } from "../kit/layout.js";
import { Empty } from "../kit/telling.js";
import { Restore } from "../guards/restore.js";
import { day, now } from "../lib/dates.js";
import { usePages } from "../lib/hooks.js";
import { html, useMemo } from "../lib/html.js";
import { useMe } from "../lib/me.js";
import { setQuery, useQuery } from "../lib/router.js";
import { has, t } from "../lib/texts.js";
import { graphPath } from "../overview/remind.js";

const LOOKS = { Approve: ["approve", "check"], Deny: ["deny", "x"], DontKnow: ["unsure", "circle-question-mark"], NotReviewed: ["plain", "circle-dot"] };
const FILTERS = {
  "": "",
  undecided: "decision eq 'NotReviewed'",
  approved: "decision eq 'Approve'",
  denied: "decision eq 'Deny'",
  dontKnow: "decision eq 'DontKnow'",
  failed: "applyResult eq 'AppliedWithUnknownFailure'",
};

export function Results({ review }) {
  const { show = "" } = useQuery();
  const chosen = FILTERS[show] === undefined ? "" : show;
  const filter = FILTERS[chosen] ? `&$filter=${encodeURIComponent(FILTERS[chosen])}` : "";
  const list = usePages(`${graphPath(review)}/decisions?$top=100${filter}`);
  const { manages } = useMe();
  const columns = useMemo(() => columnsOf(review, manages && list.reload), [review.status, manages, list.reload]);
  const { counts, outcome } = review;
  const numbers = { "": counts.total, undecided: counts.notReviewed, approved: counts.approved, denied: counts.denied, dontKnow: counts.dontKnow, failed: outcome?.removalFailures || 0 };
  return html`<div class="stack results">
    <div class="row" role="group" aria-label=${t("running.show")}>${Object.keys(FILTERS).filter((one) => !one || numbers[one] > 0 || one === chosen).map((one) =>
      html`<${Chip} key=${one} on=${one === chosen} count=${numbers[one]} onClick=${() => setQuery({ show: one })}>${t(`running.show-${one || "all"}`)}<//>`)}</div>
    <${DataTable} caption=${t("running.tab-results")} columns=${columns} list=${list} empty=${html`<${Empty} icon="users" title=${t("running.noResults")} />`} />
  </div>`;
}

const columnsOf = (review, restored) => [
  { id: "person", title: t("running.person"), cell: (row) => html`<${Person} id=${row.principal.id} name=${row.principal.displayName}
    detail=${[row["@accessReviews.jobTitle"], row["@accessReviews.department"]].filter(Boolean).join(" · ") || row.principal.userPrincipalName} />` },
  { id: "decision", title: t("running.decision"), cell: (row) => html`<${Decision} row=${row} />` },
  { id: "by", title: t("running.decidedBy"), cell: (row) => html`<${By} row=${row} />` },
  { id: "reason", title: t("running.reason"), wide: true, cell: (row) => row.justification || (row.decision === "NotReviewed" && silence(row) && html`<span class="muted">${silence(row)}</span>`) },
  review.outcome && { id: "result", title: t("running.access"), cell: (row) => html`<span class="access-cell"><${Access} row=${row} />${restored && restorable(review, row) && html`<${Restore} review=${review.id} item=${row.id} done=${restored} />`}</span>` },
].filter(Boolean);

/** Is it so lately that a review took it that it can be given back? */
function restorable({ undoDays }, row) {
  if (row.decision !== "Deny" || row.applyResult !== "AppliedSuccessfully" || !row.appliedDateTime) return false;
  return new Date(row.appliedDateTime).getTime() + undoDays * 86_400_000 > now().getTime();
}

function Decision({ row }) {
  if (row["@accessReviews.cancelled"]) return html`<${Tag} icon="minus">${t(`running.cancelled-${row["@accessReviews.cancelled"]}`)}<//>`;
  const [tone, icon] = LOOKS[row.decision];
  return html`<${Tag} tone=${tone} icon=${icon}>${t(`running.word-${row.decision}`)}<//>`;
}

function By({ row }) {
  if (row["@accessReviews.decidedByRule"]) return html`<span class="muted">${t("running.byTheRule")}</span>`;
  if (!row.reviewedBy?.displayName) return null;
  return html`<span class="stack-0"><span>${row.reviewedBy.displayName}</span><span class="muted small"><${When} at=${row.reviewedDateTime}>${day(row.reviewedDateTime)}<//></span></span>`;
}

function silence(row) {
  const key = `running.silent-${row["@accessReviews.unansweredBecause"]}`;
  return has(key) ? t(key) : null;
}

function Access({ row }) {
  if (row.decision !== "Deny" || row["@accessReviews.cancelled"]) return null;
  const tone = { AppliedSuccessfully: "approve", AppliedWithUnknownFailure: "deny" }[row.applyResult] || "plain";
  const icon = { AppliedSuccessfully: "check", AppliedWithUnknownFailure: "circle-alert", New: "clock" }[row.applyResult] || "minus";
  return html`<${Tag} tone=${tone} icon=${icon}>${t(`running.access-${row.applyResult}`)}<//>`;
}

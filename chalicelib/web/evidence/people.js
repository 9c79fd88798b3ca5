// The people of a closed review who were denied.
import { Person, Tag, When } from "../kit/base.js";
import { day } from "../lib/dates.js";
import { usePages } from "../lib/hooks.js";
import { html } from "../lib/html.js";
import { t } from "../lib/texts.js";
import { Brief } from "./brief.js";

const STATES = {
  New: ["accent", "clock", "evidence.state-waiting"],
  AppliedSuccessfully: ["approve", "check", "evidence.state-removed"],
  AppliedSuccessfullyButObjectNotFound: ["plain", "check", "evidence.state-gone"],
  AppliedWithUnknownFailure: ["deny", "circle-alert", "evidence.state-failed"],
  ApplyNotSupported: ["plain", "minus", "evidence.state-unsupported"],
};

const itemsOf = (review, filter) =>
  `/v1.0/identityGovernance/accessReviews/definitions/${review.definitionId}/instances/${review.id}/decisions?$top=100&$filter=${encodeURIComponent(filter)}`;

const columnsOf = (...more) => [
  { id: "person", title: t("evidence.person"), cell: (row) => html`<${Person} id=${row.principal.id} name=${row.principal.displayName}
    detail=${[row["@accessReviews.jobTitle"], row["@accessReviews.department"]].filter(Boolean).join(" · ") || row.principal.userPrincipalName} />` },
  { id: "by", title: t("evidence.decidedBy"), cell: (row) => html`<${Lines} first=${byWhom(row)} at=${row.reviewedDateTime} />` },
  ...more,
];

const Lines = ({ first, at }) => html`<span class="evidence-name"><span>${first}</span>
  ${at && html`<span class="muted small"><${When} at=${at}>${day(at)}<//></span>`}</span>`;

function byWhom(row) {
  if (row["@accessReviews.decidedByRule"]) return t("evidence.byRule");
  const name = row.reviewedBy?.displayName;
  if (!name) return t("evidence.nobody");
  return row["@accessReviews.onBehalfOf"] ? t("evidence.onBehalf", { name }) : name;
}

function State({ row }) {
  const [tone, icon, key] = STATES[row.applyResult] || STATES.ApplyNotSupported;
  return html`<${Lines} first=${html`<${Tag} tone=${tone} icon=${icon}>${t(key)}<//>`} at=${row.appliedDateTime} />`;
}

/** Everybody who was denied, and what became of their access. */
export function Denied({ review }) {
  const list = usePages(itemsOf(review, "decision eq 'Deny'"));
  const columns = columnsOf(
    { id: "reason", title: t("evidence.reason"), wide: true, cell: (row) => row.justification || html`<span class="faint">${t("evidence.noReason")}</span>` },
    { id: "state", title: t("evidence.state"), cell: (row) => html`<${State} row=${row} />` },
  );
  return html`<${Brief} caption=${t("evidence.removals")} columns=${columns} list=${list} />`;
}

// The people of a closed review who were denied, and those whose case was out of the ordinary.
import { Person, Tag, When } from "../kit/base.js";
import { Chip, Section } from "../kit/layout.js";
import { day } from "../lib/dates.js";
import { usePages } from "../lib/hooks.js";
import { html, useState } from "../lib/html.js";
import { has, t } from "../lib/texts.js";
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

/** Nobody answered, nobody knew, or there was nothing left to decide: each kind with its number, and the people. */
export function Exceptions({ review }) {
  const { outcome } = review;
  const kinds = [
    { id: "unanswered", count: outcome.kept, filter: "decision eq 'NotReviewed'" },
    { id: "unsure", count: outcome.dontKnow, filter: "decision eq 'DontKnow'" },
    { id: "failed", count: outcome.removalFailures, filter: "applyResult eq 'AppliedWithUnknownFailure'" },
    { id: "unsupported", count: outcome.needsPerson + outcome.held, filter: "applyResult eq 'ApplyNotSupported'" },
  ].filter((one) => one.count > 0);
  const [chosen, choose] = useState(kinds[0]?.id);
  const notes = [review.stopped && t("evidence.noteStopped"), outcome.cancelled > 0 && t("evidence.noteCancelled", { count: outcome.cancelled })].filter(Boolean);
  const current = kinds.find((one) => one.id === chosen);
  if (!kinds.length && !notes.length) return html`<${Section} title=${t("evidence.exceptions")}><p class="muted">${t("evidence.noExceptions")}</p><//>`;
  return html`<${Section} title=${t("evidence.exceptions")} note=${t("evidence.exceptionsNote")}>
    ${notes.map((one) => html`<p class="prose" key=${one}>${one}</p>`)}
    ${kinds.length > 1 && html`<div class="row">${kinds.map((one) => html`<${Chip} key=${one.id} on=${one.id === chosen} count=${one.count} onClick=${() => choose(one.id)}>${t(`evidence.kind-${one.id}`)}<//>`)}</div>`}
    ${current && html`<${Unusual} key=${current.id} review=${review} kind=${current} />`}
  <//>`;
}

function Unusual({ review, kind }) {
  const all = usePages(itemsOf(review, kind.filter));
  // Whose access ended by itself is told of apart, whether somebody had decided by then or not.
  const list = { ...all, rows: all.rows.filter((row) => !row["@accessReviews.cancelled"]) };
  const why = (row) => {
    const key = `evidence.because-${row["@accessReviews.unansweredBecause"]}`;
    return has(key) ? t(key) : t(`evidence.kind-${kind.id}`);
  };
  const what = { id: "why", title: t("evidence.whatHappened"), wide: true, cell: (row) => html`<span class="evidence-name"><span class="sentence">${why(row)}</span>${row.justification && html`<span class="muted small">${row.justification}</span>`}</span>` };
  return html`<${Brief} caption=${t(`evidence.kind-${kind.id}`)} columns=${columnsOf(what)} list=${list} />`;
}

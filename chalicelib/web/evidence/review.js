// One closed review as evidence: whether it adds up, who decided, what was removed, what was out of the ordinary.
import { Completeness } from "../compared/parts.js";
import { Button, Skeleton, Tag, When } from "../kit/base.js";
import { Facts, PageHead, Section } from "../kit/layout.js";
import { EndedHow } from "../guards/confirm.js";
import { ErrorNote, Notice, toast } from "../kit/telling.js";
import { download } from "../lib/api.js";
import { inputDay, moment } from "../lib/dates.js";
import { useGet, usePages } from "../lib/hooks.js";
import { html, useLayoutEffect, useState } from "../lib/html.js";
import { useMe } from "../lib/me.js";
import { Link } from "../lib/router.js";
import { has, number, t } from "../lib/texts.js";
import { Brief } from "./brief.js";
import { Equations, Verdict } from "./equation.js";
import { Denied } from "./people.js";
import { Days } from "../proof/days.js";
import { Exceptions } from "../proof/exceptions.js";
import { Packs } from "../proof/packs.js";
import { Seals } from "../proof/seals.js";
import { SignOff } from "../proof/signing.js";
import { Seen } from "../removals/seen.js";

export default function ClosedReview({ id }) {
  const { data, error, reload } = useGet(`/api/v1/reviews/${id}`);
  const crumbs = [{ label: t("evidence.title"), href: "/evidence" }];
  useLayoutEffect(() => {
    if (data) document.title = t("frame.title", { page: data.displayName });
  }, [data]);
  if (error && !data) return html`<div class="page"><${PageHead} crumbs=${crumbs} title=${t("evidence.one")} /><${ErrorNote} error=${error} retry=${reload} /></div>`;
  if (!data) return html`<div class="page" aria-busy="true"><${PageHead} crumbs=${crumbs} title=${t("evidence.one")} /><${Skeleton} lines=${2} /><${Skeleton} rows=${6} height=${96} /></div>`;
  if (!data.balance) return html`<div class="page"><${PageHead} crumbs=${crumbs} title=${data.displayName} /><${Open} review=${data} /></div>`;
  return html`<${Closed} review=${data} crumbs=${crumbs} />`;
}

function Closed({ review, crumbs }) {
  const me = useMe();
  const signing = useGet(`/api/v1/reviews/${review.id}/sign-off`);
  const exceptions = useGet(`/api/v1/reviews/${review.id}/exceptions`);
  const seals = useGet(`/api/v1/reviews/${review.id}/seals`);
  const again = () => (signing.reload(), exceptions.reload(), seals.reload());
  const made = seals.data?.value || [];
  const unsettled = (one) => (one.error ? html`<${ErrorNote} error=${one.error} retry=${one.reload} />` : html`<${Skeleton} rows=${2} />`);
  return html`<div class="page evidence-one">
    <${Head} review=${review} crumbs=${crumbs} signed=${signing.data?.signOff} />
    <div class="stack-40">
      <${Equations} balance=${review.balance} />
      ${exceptions.data && signing.data ? html`<${Exceptions} review=${review} list=${exceptions.data} may=${signing.data.mayDispose} changed=${again} />
        <${SignOff} review=${review} state=${signing.data} changed=${again} />` : unsettled(exceptions.error ? exceptions : signing)}
      <${Course} review=${review} />
      <${Removals} review=${review} seals=${made} />
      <${Completeness} review=${review} />
      <${Seen} review=${review} may=${me.manages && !signing.data?.signOff} />
      <${Reviewers} id=${review.id} total=${review.reviewers.total} />
      <${Seals} review=${review} list=${seals} />
      <${Packs} review=${review} sealed=${made.length > 0} />
    </div>
    <p class="print-foot">${t("evidence.printed", { name: me.displayName, organisation: me.organisation, id: review.id })}</p>
  </div>`;
}

/** Still open, or told to somebody who may see that it exists and nothing more. */
const Open = ({ review }) => html`<${Notice} tone="accent" title=${t(review.counts ? "evidence.open" : "evidence.notYours")}
  action=${review.counts && html`<${Button} href="/admin/reviews/${review.id}">${t("evidence.toReview")}<//>`}>
  ${t(review.counts ? "evidence.openWhy" : "evidence.notYoursWhy", { when: moment(review.endDateTime, review.timeZone) })}<//>`;

function Head({ review, crumbs, signed }) {
  const [busy, setBusy] = useState(false);
  const name = `results-${inputDay(review.endDateTime, review.timeZone)}-${review.id.slice(0, 8)}.csv`;
  const save = async () => {
    setBusy(true);
    try {
      await download(`/api/v1/reviews/${review.id}/results.csv`, name);
    } catch (problem) {
      toast(problem.message || t("kit.broken"), { tone: "deny" });
    }
    setBusy(false);
  };
  const actions = html`<${Button} icon="file-text" onClick=${() => print()}>${t("evidence.print")}<//>
    <${Button} icon="download" busy=${busy} onClick=${save}>${t("evidence.download")}<//>`;
  return html`<${PageHead} crumbs=${crumbs} title=${review.accessPackage.displayName} lede=${t("evidence.asked", { count: review.population.items, policy: review.assignmentPolicy.displayName })} actions=${actions}>
    <div class="row-16"><${Verdict} balance=${review.balance} />
      ${signed && html`<${Tag} tone="approve" icon="file-check">${t("proof.signedOff")}<//>`}
      <span class="muted">${t("evidence.closedAt")} <${When} at=${review.endDateTime} zone=${review.timeZone}>${moment(review.endDateTime, review.timeZone)}<//></span></div>
  <//>`;
}

/** When it ran and under which settings, as a sentence; those in force then, not those of today. */
function Course({ review }) {
  const { data: briefing } = useGet(`/api/v1/reviews/${review.id}/briefing`);
  const when = (at) => html`<${When} at=${at} zone=${review.timeZone}>${moment(at, review.timeZone)}<//>`;
  return html`<${Section} title=${t("evidence.course")}>
    <p class="prose evidence-settings">${briefing ? sentences(briefing.rules) : html`<${Skeleton} lines=${2} />`}</p>
    <${Facts} rows=${[
      [t("evidence.opened"), when(review.startDateTime)],
      [t("evidence.closed"), html`${when(review.endDateTime)}${review.stopped && ` · ${t("evidence.stopped")}`}`],
      [t("evidence.extended"), review.extensions > 0 && t("evidence.times", { count: review.extensions })],
      [t("evidence.reviewersAsked"), t("evidence.finishedReviewers", { count: review.reviewers.total, done: review.reviewers.finished })],
      [t("evidence.sources"), review.dataSources?.length > 0 && html`<${Known} sources=${review.dataSources} zone=${review.timeZone} />`],
      [t("evidence.anyway"), review.openedAnyway && html`${t("evidence.anywayBy", { name: review.openedAnyway.by.displayName })} · ${when(review.openedAnyway.dateTime)}<br />${t("evidence.quoted", { reason: review.openedAnyway.reason })}`],
      [t("evidence.series"), html`<${Link} href="/admin/series/${review.definitionId}">${review.displayName}<//>`],
      [t("evidence.trail"), html`<${Link} href="/audit?target=${review.id}&period=three-years">${t("evidence.everything")}<//>`],
    ]} />
  <//>`;
}

/** Where the data came from, and how far each source reached when the review opened. */
const Known = ({ sources, zone }) => html`<ul class="evidence-sources">${sources.map((one) => html`<li key=${one.id}>${one.displayName}${one.knownUntilDateTime && html` · <span class="muted">${t("evidence.knownUntil")} <${When} at=${one.knownUntilDateTime} zone=${zone}>${moment(one.knownUntilDateTime, zone)}<//></span>`}</li>`)}</ul>`;

const sentences = (rules) => [
  t(`evidence.by-${rules.reviewers}`),
  t(rules.justificationRequired ? "evidence.reasonNeeded" : "evidence.reasonFree"),
  t(`evidence.removes-${rules.removes}`),
  t(`evidence.silence-${rules.noResponse}`),
  rules.ownDecision && rules.reviewers !== "self" && t("evidence.ownDecisions"),
].filter(Boolean).join(" ");

function Removals({ review, seals }) {
  const { outcome } = review;
  const denied = outcome.denied + outcome.deniedByRule;
  if (!denied) return html`<${Section} title=${t("evidence.removals")}><p class="muted">${t("evidence.nobodyDenied")}</p><//>`;
  return html`<${Section} title=${t("evidence.removals")} note=${t("evidence.deniedNote", { count: denied })}>
    ${review.waitingForConfirmation && html`<${Notice} tone="unsure">${t("evidence.waiting")}<//>`}
    ${review.confirmation && html`<${Notice} icon="hand" title=${t(`guards.ended-${review.confirmation.how}`)}><${EndedHow} end=${review.confirmation} /><//>`}
    ${outcome.needsPerson > 0 && html`<${Notice} tone="deny" icon="user-x">${t("evidence.needsPerson", { count: outcome.needsPerson })}<//>`}
    ${outcome.pending > 0 && html`<${Notice} tone="accent" icon="clock">${t("evidence.pending", { count: outcome.pending })}<//>`}
    ${outcome.removalFailures > 0 && html`<${Notice} tone="deny">${t("evidence.failing", { count: outcome.removalFailures })}<//>`}
    <${Days} seals=${seals} />
    <${Denied} review=${review} />
  <//>`;
}

/** Why somebody was asked, and for whom they stood in; or why nobody waited for them. */
function Why({ row, rows }) {
  const key = `evidence.why-${row.reviewerReason}`;
  const reason = has(key) ? t(key) : row.reviewerReason;
  const absent = row.onBehalfOf && rows.find((one) => one.id === row.onBehalfOf);
  return html`<span class="stack-0"><span class="sentence">${absent ? t("sent.inPlaceOf", { reason, name: absent.displayName }) : reason}</span>
    ${row.unreachable && html`<span><${Tag} tone="unsure" icon="user-x">${t(`sent.unreachable-${row.unreachable}`)}<//></span>`}</span>`;
}

function Reviewers({ id, total }) {
  const list = usePages(`/api/v1/reviews/${id}/reviewers`);
  const columns = [
    { id: "who", title: t("evidence.reviewer"), cell: (row) => html`<span class="evidence-name"><strong>${row.displayName}</strong><span class="muted small">${row.userPrincipalName}</span></span>` },
    { id: "why", title: t("evidence.why"), cell: (row) => html`<${Why} row=${row} rows=${list.rows} />` },
    { id: "items", title: t("evidence.people"), right: true, cell: (row) => number(row.counts.total) },
    { id: "approved", hidePhone: true, title: t("evidence.word-Approve"), right: true, cell: (row) => number(row.counts.approved) },
    { id: "denied", hidePhone: true, title: t("evidence.word-Deny"), right: true, cell: (row) => number(row.counts.denied) },
    { id: "unsure", hidePhone: true, title: t("evidence.word-DontKnow"), right: true, cell: (row) => number(row.counts.dontKnow) },
    { id: "left", title: t("evidence.unanswered"), right: true, cell: (row) => (row.counts.notReviewed ? html`<${Tag} tone="unsure">${number(row.counts.notReviewed)}<//>` : number(0)) },
  ];
  return html`<${Section} title=${t("evidence.whoReviewed")} note=${t("evidence.whoNote", { count: total })}>
    <${Brief} caption=${t("evidence.whoReviewed")} columns=${columns} list=${list} keyOf=${(row) => row.id + (row.onBehalfOf || "")} />
  <//>`;
}

// The overview: what needs a person, what runs against the clock, what opens in the year ahead, what closed lately.
import { Button, Due, Progress, Skeleton } from "../kit/base.js";
import { PageHead, Section } from "../kit/layout.js";
import { Empty, ErrorNote, Notice } from "../kit/telling.js";
import { get } from "../lib/api.js";
import { useGet, useLoad } from "../lib/hooks.js";
import { html } from "../lib/html.js";
import { useMe } from "../lib/me.js";
import { Link } from "../lib/router.js";
import { list, number, t } from "../lib/texts.js";
import { decidedOf, Sparkline } from "./burnup.js";
import { Closed } from "./closed.js";
import { Numbers } from "./numbers.js";
import { Remind } from "./remind.js";
import { State } from "./state.js";
import { Year } from "./year.js";

export default function Overview() {
  const { data, error, reload } = useGet("/api/v1/overview");
  const mails = useLoad((signal) => get("/api/v1/mails/undelivered/count", { signal }).catch(() => null), []);
  const removals = useLoad(unfinished, []);
  if (error && !data) return html`<div class="page"><${PageHead} title=${t("overview.title")} /><${ErrorNote} error=${error} retry=${reload} /></div>`;
  if (!data || mails.loading || removals.loading) return html`<${Coming} />`;
  const wanting = removals.data.reduce((sum, one) => sum + one.count, 0);
  return html`<div class="page overview">
    <${PageHead} title=${t("overview.title")} lede=${lede(data, wanting)} />
    ${wanting > 0 && html`<${Unfinished} found=${removals.data} />`}
    ${data.differing > 0 && html`<div class="overview-data"><${Notice} tone="unsure" icon="scale" title=${t("overview.differing", { count: data.differing })} action=${html`<${Button} href="/admin/reviews?needs=differences">${t("overview.differingShow")}<//>`}>${t("overview.differingWhy")}<//></div>`}
    ${data.waitingForData.length > 0 && html`<${ForData} waiting=${data.waitingForData} />`}
    <${Numbers} found=${data} mails=${mails.data} />
    <${Running} found=${data} reload=${reload} />
    ${data.closed.length > 0 && html`<${Closed} reviews=${data.closed} />`}
    <${Year} />
  </div>`;
}

/** Removals that want somebody, of each kind; nothing for those who may not ask. */
const unfinished = (signal) => Promise.all(["person", "regranted"].map((needs) =>
  get(`/api/v1/removals?needs=${needs}`, { signal }).then(({ value, nextLink }) => ({ needs, count: value.length, more: nextLink ? "-more" : "" }), () => ({ needs, count: 0 }))));

const Unfinished = ({ found }) => html`<div class="stack">${found.filter((one) => one.count > 0).map(({ needs, count, more }) =>
  html`<${Notice} key=${needs} tone="deny" icon=${needs === "person" ? "user-x" : "rotate-ccw"} title=${t(`overview.removals-${needs}${more}`, { count })}
    action=${html`<${Button} href="/admin/removals?needs=${needs}">${t("overview.removalsShow")}<//>`}>${t(`overview.removals-${needs}-why`)}<//>`)}</div>`;

/** One sentence: is there anything to do? */
function lede({ late, failed, waitingForConfirmation, waitingForData, live }, wanting) {
  const wait = late + failed + waitingForConfirmation + waitingForData.length;
  if (wait) return t("overview.ledeSome", { count: wait });
  if (wanting) return t("overview.ledeRemovals", { count: wanting });
  return t(live ? "overview.ledeCalm" : "overview.ledeNothing", { count: live });
}

/** Reviews that did not open because what is known is too old. */
function ForData({ waiting }) {
  const me = useMe();
  const names = list(waiting.slice(0, 3).map((one) => one.accessPackage.displayName));
  const action = (me.administrator || me.auditor) && html`<${Button} small href="/admin/sources">${t("overview.forDataSee")}<//>`;
  return html`<div class="overview-data"><${Notice} tone="unsure" icon="clock-alert" title=${t("overview.forData", { count: waiting.length })} action=${action}>${t(waiting.length > 3 ? "overview.forDataMore" : "overview.forDataOf", { names })}<//></div>`;
}

const Coming = () => html`<div class="page overview" aria-busy="true"><${PageHead} title=${t("overview.title")} lede=${html`<span class="skeleton overview-lede"></span>`} />
  <div class="numbers">${[1, 2, 3, 4].map((one) => html`<div key=${one} class="tile"><${Skeleton} lines=${2} /></div>`)}</div>
  <section class="section"><h2>${t("overview.running")}</h2><${Skeleton} rows=${5} height=${76} /></section></div>`;

function Running({ found, reload }) {
  const more = found.live > found.running.length;
  const all = html`<${Button} small href="/admin/reviews">${more ? t("overview.allOf", { count: found.live }) : t("overview.all")}<//>`;
  return html`<${Section} title=${t("overview.running")} note=${found.complete ? undefined : t("overview.partial")} actions=${found.live > 0 && all}>
    ${found.running.length ? html`<ul class="running">${found.running.map((one) => html`<${Row} key=${one.id} review=${one} reload=${reload} />`)}</ul>`
      : html`<${Empty} icon="clipboard-check" title=${t("overview.noneRun")}>${t("overview.noneRunWhy")}<//>`}
  <//>`;
}

function Row({ review, reload }) {
  const { counts, idleReviewers: idle } = review;
  return html`<li class="running-row">
    <div class="running-name"><${Link} href=${review.needs === "confirmation" ? `/admin/reviews/${review.id}/confirm` : `/admin/reviews/${review.id}`} class="running-link clip" title=${review.accessPackage.displayName}>${review.accessPackage.displayName}<//>
      <span class="muted small clip">${review.assignmentPolicy.displayName}</span></div>
    <div class="running-state"><${State} review=${review} />${review.status === "InProgress" && html`<${Due} at=${review.endDateTime} zone=${review.timeZone} brief />`}</div>
    <${Sparkline} review=${review} />
    <div class="running-progress"><${Progress} done=${decidedOf(review)} total=${counts.total} label=${t("overview.progressOf", { name: review.accessPackage.displayName })} /></div>
    <div class="running-idle"><${Idle} review=${review} idle=${idle} reload=${reload} /></div>
  </li>`;
}

/** Who has not begun, by name as far as there is room, and the way to remind them. */
function Idle({ review, idle, reload }) {
  const me = useMe();
  if (!idle) return html`<span class="muted small">${beyond(review)}</span>`;
  if (!idle.number) return html`<span class="muted small">${t("overview.allBegun")}</span>`;
  const first = idle.people.slice(0, 2).map((one) => one.displayName);
  const rest = idle.number - first.length;
  const names = list(rest > 0 ? [...first, t("overview.others", { count: rest })] : first);
  return html`<span class="small running-names"><span class="muted">${t("overview.notBegun", { count: idle.number })}</span> <span class="clip" title=${names}>${names}</span></span>
    ${me.manages && html`<${Remind} review=${review} done=${reload} />`}`;
}

function beyond({ needs, outcome, reviewers }) {
  if (needs === "failed") return t("overview.failedWhy");
  if (needs === "confirmation") return t("overview.waits", { count: outcome.denied + outcome.deniedByRule - outcome.removed });
  return reviewers.total ? t("overview.finished", { done: number(reviewers.finished), count: reviewers.total }) : "";
}

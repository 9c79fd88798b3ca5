// The reviewers of a review: how far each is, how the mails reached them, adding and taking off, and the people whom
// nobody can decide about.
import { Button, Person, Progress, Tag, When } from "../kit/base.js";
import { Chip, DataTable, Section } from "../kit/layout.js";
import { Empty } from "../kit/telling.js";
import { ago } from "../lib/dates.js";
import { useGet, usePages } from "../lib/hooks.js";
import { html, useState } from "../lib/html.js";
import { setQuery, useQuery } from "../lib/router.js";
import { has, t } from "../lib/texts.js";
import { graphPath } from "../overview/remind.js";
import { AddReviewer, TakeOff } from "./edit.js";
import { Lacking } from "./lacking.js";

const STAGES = ["", "notStarted", "unfinished", "finished"];

export function Reviewers({ review, possible, reload }) {
  const { stage = "" } = useQuery();
  const chosen = STAGES.includes(stage) ? stage : "";
  const list = usePages(`/api/v1/reviews/${review.id}/reviewers?mails=true${chosen ? `&progress=${chosen}` : ""}`);
  const named = useGet(possible?.editReviewers ? graphPath(review) : "");
  const briefing = useGet(possible?.editReviewers ? `/api/v1/reviews/${review.id}/briefing` : "");
  const [asking, ask] = useState(null);
  const may = Boolean(named.data && briefing.data);
  const done = (did) => {
    ask(null);
    if (did) [list.reload, named.reload, reload].forEach((again) => again());
  };
  const kind = briefing.data?.rules.reviewers;
  return html`<div>
    ${review.status === "InProgress" && review.needsReviewer > 0 && html`<${Lacking} review=${review} may=${Boolean(possible?.editReviewers)} done=${() => done(true)} />`}
    <${Section} title=${t("running.tab-reviewers")} note=${t("running.reviewersFinished", { done: review.reviewers.finished, count: review.reviewers.total })}
      actions=${may && kind !== "self" && html`<${Button} icon="user-plus" aria-haspopup="dialog" onClick=${() => ask({ add: true })}>${t(kind === "specific" ? "running.addReviewer" : "running.addFallback")}<//>`}>
      <div class="row" role="group" aria-label=${t("running.show")}>${STAGES.map((one) => html`<${Chip} key=${one} on=${one === chosen} onClick=${() => setQuery({ stage: one })}>${t(`running.stage-${one || "all"}`)}<//>`)}</div>
      <div class="reviewers"><${DataTable} caption=${t("running.tab-reviewers")} keyOf=${(row) => row.id + (row.onBehalfOf || "") + row.reviewerReason} list=${list}
        columns=${columns(list.rows, may && kind === "specific" ? (row) => ask({ off: row }) : null, named.data)} empty=${html`<${Empty} icon="users" title=${t("running.noReviewers")} />`} /></div>
    <//>
    ${asking?.add && html`<${AddReviewer} review=${review} instance=${named.data} kind=${kind} close=${done} />`}
    ${asking?.off && html`<${TakeOff} review=${review} instance=${named.data} reviewer=${asking.off} close=${done} />`}
  </div>`;
}

const columns = (rows, takeOff, instance) => [
  { id: "who", title: t("running.reviewer"), cell: (row) => html`<${Person} id=${row.id} name=${row.displayName} detail=${why(row, rows)} />` },
  { id: "progress", title: t("running.decided"), cell: (row) => html`<${Progress} done=${row.counts.total - row.counts.notReviewed} total=${row.counts.total} label=${t("running.progressOf", { name: row.displayName })} />` },
  { id: "state", title: t("running.state"), cell: (row) => html`<${Stage} row=${row} rows=${rows} />` },
  { id: "mail", title: t("running.mail"), cell: (row) => html`<${Mail} mail=${row.mail} />` },
  takeOff && { id: "act", title: html`<span class="unseen">${t("running.act")}</span>`, right: true, cell: (row) => isNamed(instance, row.id) && html`<${Button} kind="quiet" small icon="user-x" bare title=${t("running.takeOffName", { name: row.displayName })} onClick=${() => takeOff(row)}>${t("running.takeOffName", { name: row.displayName })}<//>` },
].filter(Boolean);

const isNamed = (instance, id) => instance.reviewers.some((one) => one.query.includes(id));

function why(row, rows) {
  const key = `running.why-${row.reviewerReason}`;
  const reason = has(key) ? t(key) : row.userPrincipalName;
  const absent = row.onBehalfOf && rows.find((one) => one.id === row.onBehalfOf);
  if (absent?.unreachable) return t("sent.inPlaceOf", { reason, name: absent.displayName });
  return row.shared ? t("running.together", { reason }) : reason;
}

function Stage({ row, rows }) {
  const { counts } = row;
  if (row.unreachable && counts.notReviewed > 0) return html`<span class="stack-0"><span><${Tag} tone="deny" icon="user-x">${t(`sent.unreachable-${row.unreachable}`)}<//></span>
    ${rows.some((one) => one.onBehalfOf === row.id) && html`<span class="muted small">${t("sent.unreachable")}</span>`}</span>`;
  const made = counts.approved + counts.denied + counts.dontKnow;
  if (counts.notReviewed + counts.dontKnow === 0) return html`<${Tag} tone="approve" icon="check">${t("running.stage-finished")}<//>`;
  if (!counts.notReviewed) return html`<${Tag} tone="unsure" icon="circle-question-mark">${t("running.stage-unsure")}<//>`;
  if (!made) return html`<${Tag} tone="unsure" icon="clock">${t("running.stage-notStarted")}<//>`;
  return html`<${Tag} icon="play">${t("running.begun")}<//>`;
}

function Mail({ mail }) {
  if (!mail) return html`<span class="faint">–</span>`;
  if (["failed", "bounced", "complained", "withheld", "lost"].includes(mail.start)) return html`<${Tag} tone="deny" icon="mail-x">${t(`running.mail-${mail.start}`)}<//>`;
  const last = mail.lastDateTime && html`<${When} at=${mail.lastDateTime}>${t("running.mailedWhen", { when: ago(mail.lastDateTime) })}<//>`;
  return html`<span class="stack-0"><span>${last || t("running.mail-pending")}</span>
    <span class="muted small">${mail.openedDateTime ? t("running.lookedWhen", { when: ago(mail.openedDateTime) }) : t("running.notLooked")}</span></span>`;
}

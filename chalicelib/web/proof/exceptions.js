// What was out of the ordinary in a closed review, who is behind it, and what somebody has made of it.
import { Button, Person, Tag, When } from "../kit/base.js";
import { Choice, TextArea } from "../kit/fields.js";
import { Confirm, Dialog } from "../kit/floating.js";
import { DataTable, Section } from "../kit/layout.js";
import { toast } from "../kit/telling.js";
import { put } from "../lib/api.js";
import { day, moment } from "../lib/dates.js";
import { usePages } from "../lib/hooks.js";
import { html, useState } from "../lib/html.js";
import { Link } from "../lib/router.js";
import { has, t } from "../lib/texts.js";

const JUDGEMENTS = ["accepted", "remediated", "compensated", "falsePositive"];
const WITH_CASES = ["notAnswered", "dontKnow", "ownDecision", "removal", "regranted", "undelivered", "comparison"];
const LONGEST = 500;

const nameOf = (one) => {
  const key = `proof.is-${one.kind}${one.detail ? `-${one.detail}` : ""}`;
  return t(has(key) ? key : `proof.is-${one.kind}`, { count: one.count });
};
const hasCases = (one) => WITH_CASES.includes(one.kind) && one.detail !== "unread";

/** `list` is what the API gave; `may` this person say what is made of them; `changed` is told of what it answered. */
export function Exceptions({ review, list, may, changed }) {
  const [asking, ask] = useState(null);
  const { value, open } = list;
  if (!value.length) return html`<${Section} title=${t("proof.exceptions")}><p class="muted">${t("proof.noExceptions")}</p><//>`;
  const columns = [
    { id: "what", title: t("proof.what"), wide: true, cell: (one) => html`<${What} one=${one} />` },
    { id: "made", title: t("proof.madeOfIt"), wide: true, cell: (one) => html`<${Made} one=${one} />` },
    { id: "do", title: html`<span class="unseen">${t("proof.acts")}</span>`, right: true, cell: (one) => html`<span class="proof-acts">
      ${hasCases(one) && html`<${Button} small kind="quiet" onClick=${() => ask({ cases: one })}>${t("proof.cases")}<span class="unseen"> ${nameOf(one)}</span><//>`}
      ${may && !one.unfinished && html`<${Button} small onClick=${() => ask({ judge: one })}>${t(one.open ? "proof.judge" : "proof.judgeAgain")}<span class="unseen"> ${nameOf(one)}</span><//>`}
      ${!may && one.dispositions.length > 1 && html`<${Button} small kind="quiet" onClick=${() => ask({ judge: one })}>${t("proof.earlier")}<span class="unseen"> ${nameOf(one)}</span><//>`}</span>` },
  ];
  const done = (answer) => (ask(null), answer && changed(answer));
  return html`<${Section} title=${t("proof.exceptions")} note=${open ? t("proof.openNote", { count: open }) : t("proof.settledNote", { count: value.length })}>
    <${DataTable} caption=${t("proof.exceptions")} columns=${columns} list=${{ rows: value }} keyOf=${(one) => one.key} />
    ${asking?.cases && html`<${Cases} review=${review} one=${asking.cases} close=${() => ask(null)} />`}
    ${asking?.judge && html`<${Judge} review=${review} one=${asking.judge} may=${may} close=${done} />`}
  <//>`;
}

function What({ one }) {
  const when = html`<${When} at=${one.since}>${day(one.since)}<//>`;
  return html`<span class="proof-what"><strong>${nameOf(one)}</strong>
    <span class="muted small">${t("proof.since")} ${when}${one.plannedDateTime && html` · ${t("proof.planned")} <${When} at=${one.plannedDateTime}>${moment(one.plannedDateTime)}<//>`}
      ${one.by && ` · ${t("proof.by", { name: one.by.displayName || t("proof.gone") })}`}</span>
    ${one.reason && html`<span class="small">${t("proof.quoted", { text: one.reason })}</span>`}</span>`;
}

function Made({ one }) {
  const latest = one.dispositions.at(-1);
  if (one.unfinished) return html`<${Tag} tone="accent" icon="clock">${t("proof.unfinished")}<//>`;
  if (!latest) return html`<${Tag} tone="unsure" icon="triangle-alert">${t("proof.wants")}<//>`;
  return html`<span class="proof-what"><span class="row">
      <${Tag} tone=${one.open ? "plain" : "approve"} icon="check">${t(`proof.judged-${latest.disposition}`)}<//>
      ${one.open && html`<${Tag} tone="unsure" icon="triangle-alert">${t("proof.more", { count: one.count - latest.cases })}<//>`}</span>
    <${Said} one=${latest} /></span>`;
}

const Said = ({ one }) => html`<span class="small">${t("proof.quoted", { text: one.reason })}</span>
  <span class="muted small">${one.by?.displayName || t("proof.gone")} · <${When} at=${one.dateTime}>${day(one.dateTime)}<//></span>`;

/** What is made of one, before and now; who may not say reads what was said. */
function Judge({ review, one, may, close }) {
  const [judgement, setJudgement] = useState(one.dispositions.at(-1)?.disposition || "");
  const [reason, setReason] = useState("");
  const earlier = one.dispositions.length > 0 && html`<div class="stack-8"><h3>${t("proof.before")}</h3>
    <ol class="proof-said">${[...one.dispositions].reverse().map((each) => html`<li key=${each.number} class="proof-what"><strong>${t(`proof.judged-${each.disposition}`)}</strong><${Said} one=${each} /></li>`)}</ol></div>`;
  if (!may) return html`<${Dialog} title=${nameOf(one)} close=${() => close(null)}>${earlier}<//>`;
  const act = async () => {
    const answer = await put(`/api/v1/reviews/${review.id}/exceptions/${encodeURIComponent(one.key)}`, { disposition: judgement, reason });
    toast(t("proof.said"));
    close(answer);
  };
  const options = JUDGEMENTS.map((each) => ({ value: each, label: t(`proof.judged-${each}`), help: t(`proof.judgedHelp-${each}`) }));
  return html`<${Confirm} title=${nameOf(one)} label=${t("proof.save")} act=${act} close=${(did) => did || close(null)} disabled=${!judgement || !reason.trim()}>
    <${Choice} legend=${t("proof.whatOfIt")} value=${judgement} options=${options} onChange=${setJudgement} />
    <${TextArea} label=${t("proof.why")} help=${t("proof.whyHelp")} value=${reason} onInput=${setReason} maxlength=${LONGEST} />
    ${earlier}
  <//>`;
}

function Cases({ review, one, close }) {
  const list = usePages(`/api/v1/reviews/${review.id}/exceptions/${encodeURIComponent(one.key)}/cases`);
  const columns = [
    { id: "who", title: t("proof.person"), wide: true, cell: (row) => html`<${Person} id=${row.person.id} name=${row.person.displayName || t("proof.gone")} href=${row.person.id && `/admin/people/${row.person.id}`} />` },
    list.rows.some((row) => row.dateTime) && { id: "when", title: t("proof.when"), cell: (row) => html`<${When} at=${row.dateTime}>${row.dateTime && day(row.dateTime)}<//>` },
    list.rows.some((row) => row.word) && { id: "word", title: t("proof.word"), wide: true, cell: (row) => (has(`proof.word-${row.word}`) ? t(`proof.word-${row.word}`) : row.word || html`<span class="faint">–</span>`) },
  ].filter(Boolean);
  const foot = html`<${Link} class="button button-plain" href="/audit?target=${review.id}&period=three-years">${t("proof.toTrail")}<//>`;
  return html`<${Dialog} wide title=${nameOf(one)} close=${close} foot=${foot}>
    <${DataTable} caption=${nameOf(one)} columns=${columns} list=${list} keyOf=${(row) => `${row.itemId} ${row.person.id} ${row.word} ${row.dateTime}`} /><//>`;
}

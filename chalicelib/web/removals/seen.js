// What was done and seen about each denied access, in words and times, and what an administrator can do about it.
import { Person, Tag, When } from "../kit/base.js";
import { Menu } from "../kit/floating.js";
import { Section } from "../kit/layout.js";
import { Notice } from "../kit/telling.js";
import { day, moment } from "../lib/dates.js";
import { usePages } from "../lib/hooks.js";
import { html, useState } from "../lib/html.js";
import { Link } from "../lib/router.js";
import { list as listed, t } from "../lib/texts.js";
import { Brief } from "../evidence/brief.js";
import { AskReview, AskSettle, tryAgain } from "./ask.js";

const LOOKS = {
  underWay: ["accent", "clock"],
  pending: ["accent", "clock"],
  failing: ["deny", "circle-alert"],
  removed: ["approve", "check"],
  alreadyGone: ["plain", "check"],
  held: ["plain", "hand"],
  restored: ["unsure", "rotate-ccw"],
  needsPerson: ["deny", "user-x"],
};
const OPEN = ["underWay", "pending", "failing", "needsPerson"];

const at = (iso) => html`<${When} at=${iso}>${moment(iso)}<//>`;

/** The section of one review: nothing when nothing of it lies outside, came back, or was kept. */
export function Seen({ review, may }) {
  const every = usePages(`/api/v1/reviews/${review.id}/removals`);
  const rows = every.rows.filter(telling);
  if (every.loading && !every.rows.length) return null;
  if (!rows.length && !every.more && !every.error) return null;
  return html`<${Section} title=${t("removals.seen")} note=${t("removals.seenNote")}>
    <${Watched} watch=${every.page?.watch} />
    <${Rows} list=${{ ...every, rows }} may=${may} />
  <//>`;
}

/** How far the daily look has come. */
function Watched({ watch }) {
  if (!watch) return null;
  const until = day(watch.untilDateTime);
  const words = watch.lastLookDateTime ? t(watch.nextLookDateTime ? "removals.watched" : "removals.watchOver", { until, count: watch.looks }) : t("removals.watchAhead", { until });
  return html`<p class="muted small">${words} ${watch.lastLookDateTime && html`${t("removals.lastLook")} ${at(watch.lastLookDateTime)}.`}
    ${watch.unknown > 0 && html` ${t("removals.notRead", { count: watch.unknown })}`}</p>`;
}

const telling = (row) => row.outside || row.regrants.length > 0 || ["held", "restored", "needsPerson"].includes(row.standing);

/** The table; `across` names the review of each row. */
export function Rows({ list, may, across, empty }) {
  const [asking, ask] = useState(null);
  const close = (did) => (ask(null), did && list.reload());
  const columns = [
    { id: "person", title: t("removals.person"), cell: (row) => html`<${Person} id=${row.principal.id} name=${row.principal.displayName} detail=${across ? row.accessPackageName : row.principal.userPrincipalName} />` },
    across && { id: "review", title: t("removals.review"), cell: (row) => html`<${Link} href="/evidence/${row.reviewId}">${row.reviewName}<//>` },
    { id: "standing", title: t("removals.standing"), cell: (row) => html`<${Standing} row=${row} />` },
    { id: "what", title: t("removals.what"), wide: true, cell: (row) => html`<${Observations} row=${row} />` },
    may && { id: "do", title: html`<span class="unseen">${t("removals.do")}</span>`, right: true, cell: (row) => html`<${Possible} row=${row} ask=${ask} reload=${list.reload} />` },
  ].filter(Boolean);
  return html`<div class="removals">
    <${Brief} caption=${t("removals.seen")} columns=${columns} list=${list} empty=${empty} />
    ${asking?.what === "settle" && html`<${AskSettle} row=${asking.row} close=${close} />`}
    ${asking?.what === "review" && html`<${AskReview} row=${asking.row} close=${close} />`}
  </div>`;
}

function Standing({ row }) {
  const [tone, icon] = LOOKS[row.standing];
  const back = row.regrants.some((one) => !one.settledDateTime);
  return html`<span class="stack-4"><${Tag} tone=${tone} icon=${icon}>${t(`removals.standing-${row.standing}`)}<//>
    ${back && html`<${Tag} tone="deny" icon="rotate-ccw">${t("removals.back")}<//>`}</span>`;
}

/** Every observation on a line of its own, in the order in which they were made. */
function Observations({ row }) {
  const [first, second] = row.absentDateTimes;
  const lines = [
    row.outside && [t("removals.asked"), at(row.requestedDateTime)],
    row.acceptedDateTime && [t("removals.accepted"), at(row.acceptedDateTime)],
    row.word && [t(`removals.word-${row.word.source}`, { name: row.word.by?.displayName || t("removals.gone") }), at(row.word.dateTime)],
    !row.word && first && [t(second ? "removals.absentFirst" : "removals.absentOnce"), at(first)],
    !row.word && second && [t("removals.absentAgain"), at(second)],
    row.endedBy && [t(`removals.by-${row.standing === "removed" ? (row.witnessed ? "seen" : "word") : "person"}`, { name: row.endedBy.displayName || t("removals.gone") }), at(row.endedDateTime)],
    row.unknownSinceDateTime && [t("removals.unknown"), at(row.unknownSinceDateTime)],
  ].filter(Boolean);
  return html`<div class="observations">
    ${row.word?.note && html`<p class="sentence">“${row.word.note}”</p>`}
    ${row.reason && html`<p class="sentence">${row.reason}</p>`}
    ${row.otherWays.length > 0 && html`<p class="sentence">${t("removals.ways", { ways: listed(row.otherWays) })}</p>`}
    ${lines.length > 0 && html`<dl class="moments">${lines.map(([what, when], place) => html`<div key=${place}><dt>${what}</dt><dd>${when}</dd></div>`)}</dl>`}
    ${row.regrants.map((one) => html`<${Regrant} key=${one.seenDateTime} one=${one} />`)}
  </div>`;
}

function Regrant({ one }) {
  const key = one.where === "outside" ? "outside" : one.by ? "inside" : "insideUnknown";
  const words = t(`removals.regrant-${key}`, { name: one.by?.displayName || t("removals.gone"), when: one.assignedDateTime && moment(one.assignedDateTime) });
  return html`<${Notice} tone=${one.settledDateTime ? "plain" : "deny"} icon="rotate-ccw">${words} ${t("removals.regrantSeen")} ${at(one.seenDateTime)}.
    ${one.seriesId && html` <${Link} href="/admin/series/${one.seriesId}">${t("removals.itsReview")}<//>`}
    ${one.settledDateTime && html` ${t("removals.mayStay")}`}<//>`;
}

function Possible({ row, ask, reload }) {
  const open = OPEN.includes(row.standing) && row.standing !== "underWay";
  const latest = row.regrants.at(-1);
  const items = [
    open && { label: t("removals.retry"), icon: "rotate-ccw", act: () => tryAgain(row, reload) },
    (open || row.needs === "regranted") && { label: t("removals.settle"), icon: "check", act: () => ask({ what: "settle", row }) },
    latest && !latest.seriesId && !latest.settledDateTime && { label: t("removals.reviewAgain"), icon: "clipboard-check", act: () => ask({ what: "review", row }) },
  ].filter(Boolean);
  if (!items.length) return null;
  return html`<${Menu} small label=${t("removals.doFor", { name: row.principal.displayName })} items=${items} />`;
}

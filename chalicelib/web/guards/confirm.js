// Before many people lose access at once: who they are, who decided and why, and the three answers one can give.
import { Button, Person, Skeleton, Tag, When } from "../kit/base.js";
import { SearchInput } from "../kit/fields.js";
import { DataTable, PageHead } from "../kit/layout.js";
import { Empty, ErrorNote, NotFound } from "../kit/telling.js";
import { get } from "../lib/api.js";
import { day, moment } from "../lib/dates.js";
import { useLoad } from "../lib/hooks.js";
import { html, useMemo, useState } from "../lib/html.js";
import { t } from "../lib/texts.js";
import { AskConfirm, AskDecline } from "./answers.js";
import { Numbers } from "./numbers.js";
import { useRemovals } from "./removals.js";

async function loaded(id, signal) {
  const [review, possible] = await Promise.all(["", "/consequences"].map((part) => get(`/api/v1/reviews/${id}${part}`, { signal })));
  return { review, mayAnswer: Boolean(possible.apply) };
}

export default function ConfirmRemovals({ id }) {
  const [search, setSearch] = useState("");
  const [kept, setKept] = useState(new Map());
  const [asking, ask] = useState("");
  const { data, error, reload } = useLoad((signal) => loaded(id, signal), [id]);
  const { head, searched, list } = useRemovals(id, search);
  const toggle = (row, keeps) => setKept((before) => {
    const after = new Map(before);
    if (keeps) after.set(row.id, row.principal.displayName);
    else after.delete(row.id);
    return after;
  });
  const mayAnswer = data?.mayAnswer;
  const columns = useMemo(() => columnsOf(kept, mayAnswer ? toggle : null), [kept, mayAnswer]);
  const crumbs = [{ label: t("running.title"), href: "/admin/reviews" }, { label: data?.review.accessPackage.displayName || t("running.one"), href: `/admin/reviews/${id}` }];
  const problem = error || (!head && list.error);
  if (problem?.status === 404) return html`<div class="page"><${NotFound} /></div>`;
  if (problem) return html`<div class="page"><${PageHead} crumbs=${crumbs} title=${t("guards.title")} /><${ErrorNote} error=${problem} retry=${() => (reload(), list.reload())} /></div>`;
  if (!data || !head) return html`<div class="page" aria-busy="true"><${PageHead} crumbs=${crumbs} title=${html`<span class="skeleton confirm-title-coming"></span>`} /><${Skeleton} rows=${6} height=${72} /></div>`;
  const { review } = data;
  if (!head.waiting) return html`<div class="page"><${PageHead} crumbs=${crumbs} title=${t("guards.title")} /><${Settled} review=${review} end=${head.confirmation} /></div>`;
  const { summary } = head;
  const close = () => ask("");
  const losing = summary.removals - kept.size;
  return html`<div class="page">
    <${PageHead} crumbs=${crumbs} title=${t("guards.wouldLose", { count: summary.removals, package: review.accessPackage.displayName })}
      lede=${t("guards.lede", { people: summary.people, day: day(review.endDateTime, review.timeZone) })}>
      <div class="row-16 confirm-why"><${Tag} tone="unsure" icon="hand">${t(`guards.because-${summary.because}`)}<//>
        ${summary.lapsesDateTime ? html`<span class="muted small">${t("guards.lapses")} <${When} at=${summary.lapsesDateTime} zone=${review.timeZone}>${moment(summary.lapsesDateTime, review.timeZone)}<//></span>` : html`<span class="muted small">${t("guards.neverLapses")}</span>`}</div>
    <//>
    <div class="confirm-columns">
      <div class="confirm-people">
        <div class="between confirm-tools"><div class="grow"><${SearchInput} label=${t("guards.search")} value=${search} onInput=${setSearch} /></div>
          ${mayAnswer && html`<p class="muted small">${t("guards.tickHelp")}</p>`}</div>
        <${DataTable} caption=${t("guards.people")} columns=${columns} list=${list}
          empty=${html`<${Empty} icon="search" title=${t("guards.nobodyFound", { text: searched })} />`} />
      </div>
      <aside class="confirm-side" aria-label=${t("guards.numbers")}><${Numbers} summary=${summary} /></aside>
    </div>
    ${mayAnswer && html`<div class="confirm-bar"><p class="grow"><strong class="number">${t("guards.lose", { count: losing })}</strong>
        ${kept.size > 0 && html`<span class="muted"> · ${t("guards.keep", { count: kept.size })}</span>`}</p>
      <${Button} aria-haspopup="dialog" onClick=${() => ask("decline")}>${t("guards.decline")}<//>
      <${Button} kind="danger" icon="user-x" aria-haspopup="dialog" disabled=${losing < 1} onClick=${() => ask("confirm")}>${t("guards.confirm", { count: losing })}<//></div>`}
    ${asking === "confirm" && html`<${AskConfirm} review=${review} summary=${summary} kept=${kept} close=${close} />`}
    ${asking === "decline" && html`<${AskDecline} review=${review} summary=${summary} close=${close} />`}
  </div>`;
}

/** Nothing waits any more: what became of it. */
function Settled({ review, end }) {
  const back = html`<${Button} href="/admin/reviews/${review.id}">${t("guards.toReview")}<//>`;
  if (!end) return html`<${Empty} icon="check" title=${t("guards.nothingWaits")} action=${back}>${t("guards.nothingWaitsWhy")}<//>`;
  return html`<${Empty} icon=${end.how === "confirmed" ? "user-x" : "shield-check"} title=${t(`guards.ended-${end.how}`)} action=${back}><${EndedHow} end=${end} /><//>`;
}

/** "Ada Admin, 2 April: a mistake." */
export function EndedHow({ end }) {
  const who = end.by?.displayName || t("guards.somebody");
  const words = end.how === "lapsed" ? t("guards.lapsedOn", { day: day(end.at) }) : t("guards.endedBy", { name: who, day: day(end.at) });
  return html`${words}${end.excluded > 0 && html` ${t("guards.leftOut", { count: end.excluded })}`}${end.reason && html` ${t("guards.reasonWas", { reason: end.reason })}`}`;
}

const columnsOf = (kept, toggle) => [
  { id: "person", title: t("guards.person"), cell: (row) => html`<span class="confirm-person">
      ${toggle && html`<input type="checkbox" class="confirm-tick" checked=${!kept.has(row.id)} aria-label=${t("guards.tick", { name: row.principal.displayName })} onChange=${(event) => toggle(row, !event.target.checked)} />`}
      <${Person} id=${row.principal.id} name=${row.principal.displayName} href="/admin/people/${row.principal.id}" detail=${[row.jobTitle, row.department].filter(Boolean).join(" · ") || row.userPrincipalName} /></span>` },
  { id: "by", title: t("guards.deniedBy"), cell: (row) => html`<${DeniedBy} denied=${row.denied} />` },
  { id: "reason", title: t("guards.reason"), wide: true, cell: (row) => html`<span class="guard-cell">
      ${row.denied.justification ? html`<span>${row.denied.justification}</span>` : html`<span class="faint">${t(row.denied.byRule ? "guards.noAnswer" : "guards.noReason")}</span>`}
      ${row.keepsThrough.length > 0 && html`<span class="muted small">${t("guards.keepsThrough", { packages: row.keepsThrough.join(", ") })}</span>`}</span>` },
  { id: "state", title: t("guards.access"), cell: (row) => kept.has(row.id) ? html`<${Tag} tone="approve" icon="shield-check">${t("guards.stays")}<//>` : html`<${Tag} tone="deny" icon="user-x">${t("guards.ends")}<//>` },
];

/** Who denied, on what day, for whom. */
export function DeniedBy({ denied }) {
  if (denied.byRule) return html`<span class="muted">${t("guards.theRule")}</span>`;
  return html`<span class="guard-cell"><span>${denied.reviewedBy?.displayName || t("guards.somebody")}</span>
    <span class="muted small"><${When} at=${denied.reviewedDateTime}>${day(denied.reviewedDateTime)}<//>${denied.onBehalfOf && html` · ${t("guards.onBehalf", { name: denied.onBehalfOf.displayName || t("guards.somebody") })}`}</span></span>`;
}

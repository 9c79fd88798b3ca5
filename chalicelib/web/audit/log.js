// The audit log: every change as a sentence, newest first; filters live in the address, details open on demand.
import { Button, Icon, Skeleton } from "../kit/base.js";
import { PersonPicker, Select } from "../kit/fields.js";
import { PageHead } from "../kit/layout.js";
import { Empty, ErrorNote } from "../kit/telling.js";
import { get } from "../lib/api.js";
import { day, daysBetween, now, time } from "../lib/dates.js";
import { useLoad, usePages } from "../lib/hooks.js";
import { html, useEffect, useMemo, useState } from "../lib/html.js";
import { useMe } from "../lib/me.js";
import { setQuery, useQuery } from "../lib/router.js";
import { t } from "../lib/texts.js";
import { asked, Period, usePeriod } from "../evidence/period.js";
import { Detail } from "./detail.js";
import { face, KINDS, sentence } from "./events.js";
import { Export } from "./export.js";

const FEW = 25; // events: fewer than that do not fill a page
const USUAL = "month";
const PERIODS = ["week", "month", "quarter", "year", "three-years"];

export default function Log() {
  const me = useMe();
  const query = useQuery();
  const everything = me.administrator || me.auditor;
  const filters = useFilters(query);
  const refused = !everything && !query.target;
  const list = usePages(refused ? "" : `/api/v1/audit?${filters}`);
  return html`<div class="page audit">
    <${PageHead} title=${t("audit.title")} lede=${t("audit.lede")} actions=${everything && html`<${Export} filters=${filters} />`} />
    <div class="stack-24">
      <${Filters} query=${query} target=${list.rows[0]?.targetResources.find((one) => one.id === query.target)?.displayName} />
      ${refused ? html`<${Empty} icon="scroll-text" title=${t("audit.chooseOne")}>${t("audit.chooseOneWhy")}<//>` : html`<${Days} list=${list} />`}
    </div>
  </div>`;
}

function useFilters(query) {
  const found = asked(usePeriod(USUAL));
  if (KINDS[query.kind]) found.set("activity", KINDS[query.kind].join(","));
  if (query.by) found.set("actor", query.by);
  if (query.target) found.set("target", query.target);
  return found;
}

function Filters({ query, target }) {
  const kinds = [{ value: "", label: t("audit.allKinds") }, ...Object.keys(KINDS).map((kind) => ({ value: kind, label: t(`audit.kind-${kind}`) }))];
  const { data: person } = useLoad((signal) => (query.by ? get(`/v1.0/users/${query.by}?$select=id,displayName`, { signal }).catch(() => null) : Promise.resolve(null)), [query.by]);
  const chosen = query.by ? { id: query.by, displayName: person?.displayName || t("audit.someoneGone") } : null;
  return html`<div class="filters">
    <${Period} usual=${USUAL} periods=${PERIODS} />
    <${Select} label=${t("audit.kind")} value=${query.kind || ""} options=${kinds} onChange=${(kind) => setQuery({ kind })} />
    <${PersonPicker} label=${t("audit.by")} value=${chosen} placeholder=${t("audit.anybody")} onChange=${(one) => setQuery({ by: one?.id })} />
    ${query.target && html`<div class="field"><span class="field-label">${t("audit.about")}</span>
      <span class="chosen"><span class="clip">${target || t("audit.oneThing")}</span><button type="button" class="chosen-drop" onClick=${() => setQuery({ target: "" })}><${Icon} name="x" label=${t("audit.aboutAnything")} /></button></span></div>`}
  </div>`;
}

export function Days({ list }) {
  const days = useMemo(() => byDay(list.rows), [list.rows]);
  const few = list.rows.length < FEW && list.more && !list.loading && !list.error;
  useEffect(() => void (few && list.next()), [few]); // a page may end early, with a quiet stretch behind it
  if (list.error && !list.rows.length) return html`<${ErrorNote} error=${list.error} retry=${list.reload} />`;
  if ((list.loading || few) && !list.rows.length) return html`<${Skeleton} rows=${8} height=${52} />`;
  if (!list.rows.length && !list.more) return html`<${Empty} icon="scroll-text" title=${t("audit.none")}>${t("audit.noneWhy")}<//>`;
  return html`<div class="stack-24">
    ${days.map((one) => html`<section key=${one.title} class="audit-day"><h2>${one.title}</h2>
      <ul>${one.events.map((event) => html`<${Event} key=${event.id} event=${event} />`)}</ul></section>`)}
    ${list.error && html`<${ErrorNote} error=${list.error} retry=${list.next} />`}
    ${list.more && html`<div class="table-more"><${Button} busy=${list.loading} onClick=${list.next}>${t("audit.earlier")}<//></div>`}
  </div>`;
}

function byDay(events) {
  const days = new Map();
  for (const event of events) {
    const title = dayName(event.activityDateTime);
    days.set(title, [...(days.get(title) || []), event]);
  }
  return [...days].map(([title, found]) => ({ title, events: found }));
}

function dayName(at) {
  const before = daysBetween(at, now());
  const word = before === 0 ? t("audit.today") : before === 1 ? t("audit.yesterday") : "";
  return word ? `${word}, ${day(at)}` : day(at);
}

function Event({ event }) {
  const [open, setOpen] = useState(false);
  const { icon, tone } = face(event);
  return html`<li class=${open ? "audit-event audit-open" : "audit-event"}>
    <button type="button" class="audit-line" aria-expanded=${open ? "true" : "false"} onClick=${() => setOpen(!open)}>
      <time datetime=${event.activityDateTime}>${time(event.activityDateTime)}</time>
      <span class="audit-icon audit-${tone}"><${Icon} name=${icon} /></span>
      <span class="audit-words"><${Words} ...${sentence(event)} />${event.onBehalfOf && html` <span class="muted">${t("audit.onBehalf", { name: event.onBehalfOf.displayName || t("audit.someoneGone") })}</span>`}</span>
      <${Icon} name=${open ? "chevron-up" : "chevron-down"} />
    </button>
    ${open && html`<${Detail} event=${event} />`}
  </li>`;
}

/** A sentence with the names in it standing out. */
const Words = ({ text, names }) => text.split(/(\{\w+\})/).map((part) => {
  const name = names[part.slice(1, -1)];
  return part.startsWith("{") && name !== undefined ? html`<b>${name}</b>` : part;
});

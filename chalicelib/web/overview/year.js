// The year ahead as a strip: how many reviews open in each month, and which ones in the month one chooses.
import { Button, Skeleton, When } from "../kit/base.js";
import { Section } from "../kit/layout.js";
import { Empty, ErrorNote } from "../kit/telling.js";
import { all } from "../lib/api.js";
import { day, now, zoneName } from "../lib/dates.js";
import { useLoad } from "../lib/hooks.js";
import { html, useState } from "../lib/html.js";
import { Link } from "../lib/router.js";
import { LANGUAGE, number, t } from "../lib/texts.js";

const MONTHS = 12;
const MOST = 5_000; // openings that are fetched; more are said not to be shown
const FIRST = 6;

const name = (date, form) => new Intl.DateTimeFormat(LANGUAGE, { month: form, timeZone: "UTC" }).format(date);

/** Twelve months from this one on, each with its openings, by the date in the policy's own zone. */
function months(openings) {
  const today = now();
  return Array.from({ length: MONTHS }, (_, place) => {
    const first = new Date(Date.UTC(today.getUTCFullYear(), today.getUTCMonth() + place, 1));
    const key = first.toISOString().slice(0, 7);
    return { key, first, openings: openings.filter((one) => one.date.startsWith(key)) };
  });
}

export function Year() {
  const found = useLoad((signal) => all("/api/v1/calendar", MOST, { signal }), []);
  const note = found.data?.length >= MOST ? t("overview.yearPartial", { count: MOST }) : undefined;
  return html`<${Section} title=${t("overview.year")} note=${note}>
    ${found.error && !found.data ? html`<${ErrorNote} error=${found.error} retry=${found.reload} />`
      : found.data?.length === 0 ? html`<${Empty} icon="calendar" title=${t("overview.yearNone")} action=${html`<${Button} href="/admin/packages">${t("overview.yearNoneDo")}<//>`}>${t("overview.yearNoneWhy")}<//>`
      : found.data ? html`<${Strip} list=${months(sorted(found.data))} />` : html`<div aria-busy="true"><${Skeleton} lines=${3} /></div>`}
  <//>`;
}

const sorted = (openings) => [...openings].sort((one, other) => one.startDateTime.localeCompare(other.startDateTime));

function Strip({ list }) {
  const [chosen, choose] = useState((list.find((one) => one.openings.length) || list[0]).key);
  const most = Math.max(...list.map((one) => one.openings.length), 1);
  const current = list.find((one) => one.key === chosen);
  const seen = (month) => month.openings.length > 0 && choose(month.key);
  return html`<div class="year">
    <ol class="year-strip">${list.map((month, place) => html`<li key=${month.key}>
      <button type="button" class="year-month" aria-pressed=${month.key === chosen ? "true" : "false"} onClick=${() => choose(month.key)} onMouseEnter=${() => seen(month)} onFocus=${() => choose(month.key)}>
        <span class="unseen">${inWords(month)}</span>
        <span class="year-column" aria-hidden="true"><span class="year-bar" style=${{ height: `${month.openings.length ? 8 + (month.openings.length / most) * 40 : 2}px` }}></span></span>
        <span class="year-count number" aria-hidden="true">${month.openings.length ? number(month.openings.length) : "–"}</span>
        <span class="year-name" aria-hidden="true">${name(month.first, "short")}${(place === 0 || month.first.getUTCMonth() === 0) && html`<span class="year-year">${month.first.getUTCFullYear()}</span>`}</span>
      </button></li>`)}</ol>
    <${Month} key=${current.key} month=${current} />
  </div>`;
}

const inWords = ({ first, openings }) =>
  t("overview.monthWords", { month: name(first, "long"), year: String(first.getUTCFullYear()), count: openings.length });

function Month({ month }) {
  const [whole, setWhole] = useState(false);
  const shown = whole ? month.openings : month.openings.slice(0, FIRST);
  const rest = month.openings.length - shown.length;
  return html`<div class="year-list" aria-live="polite"><h3>${inWords(month)}</h3>
    ${shown.length === 0 && html`<p class="muted">${t("overview.monthNone")}</p>`}
    <ul>${shown.map((one) => html`<li key=${one.definitionId + one.date} class="year-opening">
      <span class="year-day number"><${When} at=${one.startDateTime} zone=${one.timeZone}>${day(one.startDateTime, one.timeZone)}<//></span>
      <${Link} class="running-link clip" href="/admin/series/${one.definitionId}">${one.accessPackage.displayName}<//>
      <span class="muted clip">${one.assignmentPolicy.displayName}</span>
      <span class="muted small year-until">${t("overview.openUntil", { day: day(one.endDateTime, one.timeZone), zone: zoneName(one.timeZone) })}</span></li>`)}</ul>
    ${rest > 0 && html`<${Button} small kind="quiet" onClick=${() => setWhole(true)}>${t("overview.showAll", { count: month.openings.length })}<//>`}
  </div>`;
}

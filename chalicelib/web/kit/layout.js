// The shape of a page: its head, tabs, chips, lists of facts, and tables that become cards on a phone.
import { html } from "../lib/html.js";
import { Link } from "../lib/router.js";
import { number, t } from "../lib/texts.js";
import { Button, Icon, Skeleton } from "./base.js";
import { Empty, ErrorNote } from "./telling.js";

/** The head of a page: where it lies (`crumbs` [{label, href}]), its title, a sentence, its actions. */
export const PageHead = ({ crumbs, title, lede, actions, children }) => html`<header class="page-head">
  ${crumbs && html`<nav class="crumbs" aria-label=${t("kit.crumbs")}>${crumbs.map((one, place) => html`${place > 0 && html`<span aria-hidden="true">/</span>`}<${Link} href=${one.href} key=${one.href}>${one.label}<//>`)}</nav>`}
  <div class="page-head-row"><div><h1>${title}</h1>${lede && html`<p class="page-lede">${lede}</p>`}</div>
    ${actions && html`<div class="row">${actions}</div>`}</div>
  ${children}
</header>`;

/** Parts of a page, as links: `tabs` [{id, label, href, count}]. */
export const Tabs = ({ tabs, current, label }) => html`<nav class="tabs" aria-label=${label}>${tabs.filter(Boolean).map((one) =>
  html`<${Link} key=${one.id} href=${one.href} class="tab" aria-current=${one.id === current ? "page" : undefined}>${one.label}
    ${one.count !== undefined && html` <span class="count">${number(one.count)}</span>`}<//>`)}</nav>`;

/** A filter that is on or off, with how many it would show. */
export const Chip = ({ on, count, children, onClick, tone }) => html`<button type="button" class="chip${tone ? ` chip-${tone}` : ""}" aria-pressed=${on ? "true" : "false"} onClick=${onClick}>
  ${on && html`<${Icon} name="check" size=${14} />`}${children}${count !== undefined && html` <span class="count">${number(count)}</span>`}</button>`;

/** Facts as pairs: `rows` [[name, value]]; empty values are left out. */
export const Facts = ({ rows }) => html`<dl class="facts">${rows.filter(([, value]) => value !== undefined && value !== null && value !== "" && value !== false)
  .map(([name, value]) => html`<div key=${name}><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;

/** A part of a page with its own heading. */
export const Section = ({ title, actions, children, note, level = 2 }) => html`<section class="section">
  <div class="between"><div>${html`<${`h${level}`}>${title}<//>`}${note && html`<p class="muted small">${note}</p>`}</div>${actions && html`<div class="row">${actions}</div>`}</div>
  ${children}
</section>`;

/**
 * A table. `columns` [{id, title, cell(row), right, wide, hidePhone}]; the first cell names its row. On a phone each row
 * is a card. `list` is what `usePages` gave (or `{rows}`); `empty` stands there when there is nothing.
 */
export function DataTable({ caption, columns, list, empty, keyOf = (row) => row.id, onRow }) {
  const { rows, loading, error, more, next, reload } = list;
  if (error && !rows.length) return html`<${ErrorNote} error=${error} retry=${reload} />`;
  if (loading && !rows.length) return html`<${Skeleton} rows=${5} />`;
  if (!rows.length) return empty || html`<${Empty} title=${t("kit.nothing")} />`;
  return html`<div class="table-around"><table class="table"><caption class="unseen">${caption}</caption>
    <thead><tr>${columns.map((one) => html`<th scope="col" key=${one.id} class=${look(one)}>${one.title}</th>`)}</tr></thead>
    <tbody>${rows.map((row) => html`<tr key=${keyOf(row)} class=${onRow ? "table-link" : undefined} onClick=${onRow && ((event) => event.target.closest("a,button,input") || onRow(row))}>
      ${columns.map((one, place) => place === 0
        ? html`<th scope="row" class=${look(one)}>${one.cell(row)}</th>`
        : html`<td class=${look(one)} data-title=${typeof one.title === "string" ? one.title : undefined}>${one.cell(row)}</td>`)}</tr>`)}</tbody></table>
    ${error && html`<${ErrorNote} error=${error} retry=${next} />`}
    ${more && html`<div class="table-more"><${Button} busy=${loading} onClick=${next}>${t("kit.more")}<//></div>`}
  </div>`;
}

const look = (one) => [one.right && "right", one.wide && "wide", one.hidePhone && "hide-phone"].filter(Boolean).join(" ") || undefined;

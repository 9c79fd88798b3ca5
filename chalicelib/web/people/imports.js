// Imports: choose a file of people or assignments, see it done row by row, and what was left out; earlier ones below.
import { Button, When } from "../kit/base.js";
import { DataTable, PageHead, Section, Tabs } from "../kit/layout.js";
import { ErrorNote, NotFound } from "../kit/telling.js";
import { ago } from "../lib/dates.js";
import { usePages } from "../lib/hooks.js";
import { html, useState } from "../lib/html.js";
import { Link, navigate, useQuery } from "../lib/router.js";
import { number, t } from "../lib/texts.js";
import { ChooseFile } from "./choose_file.js";
import { ImportProgress, ImportState } from "./progress.js";

const HOME = "/admin/imports";

export default function Imports({ id }) {
  return id ? html`<${OneImport} id=${id} />` : html`<${AllImports} />`;
}

function AllImports() {
  const { kind = "people" } = useQuery();
  const [begun, setBegun] = useState(null);
  const list = usePages("/api/v1/imports");
  return html`<div class="page">
    <${PageHead} title=${t("imports.title")} lede=${t("imports.lede")} />
    <${Tabs} label=${t("imports.what")} current=${kind} tabs=${["people", "assignments"].map((one) => ({ id: one, label: t(`imports.${one}`), href: one === "people" ? HOME : `${HOME}?kind=${one}` }))} />
    ${begun
      ? html`<section class="import-now" aria-label=${t("imports.running")}><${ImportProgress} id=${begun} ended=${list.reload} again=${() => setBegun(null)} /></section>`
      : html`<${ChooseFile} key=${kind} kind=${kind} begun=${(id) => (setBegun(id), list.reload())} />`}
    ${(list.rows.length > 0 || list.error) && html`<div class="import-earlier"><${Section} title=${t("imports.earlier")}><${Earlier} list=${list} /><//></div>`}
  </div>`;
}

function Earlier({ list }) {
  const columns = [
    { id: "kind", title: t("imports.file"), wide: true, cell: (one) => html`<span class="person-words"><${Link} href="${HOME}/${one.id}" class="quiet-link strong">${t(`imports.${one.kind}`)}<//><span class="person-detail">${t("imports.by", { name: one.by.displayName || t("imports.gone") })} · <${When} at=${one.createdDateTime}>${ago(one.createdDateTime)}<//></span></span>` },
    { id: "rows", title: t("imports.rows"), right: true, cell: (one) => number(one.total) },
    { id: "changed", title: t("imports.addedOrChanged"), right: true, cell: (one) => number(one.created + one.updated) },
    { id: "state", title: t("imports.state"), cell: (one) => html`<${ImportState} job=${one} />` },
  ];
  return html`<${DataTable} caption=${t("imports.earlier")} list=${list} columns=${columns} onRow=${(one) => navigate(`${HOME}/${one.id}`)} />`;
}

function OneImport({ id }) {
  const [error, setError] = useState(null);
  if (error?.status === 404) return html`<div class="page"><${NotFound} /></div>`;
  return html`<div class="page">
    <${PageHead} crumbs=${[{ label: t("imports.title"), href: HOME }]} title=${t("imports.one")} />
    ${error ? html`<${ErrorNote} error=${error} />` : html`<section class="import-now" aria-label=${t("imports.one")}><${ImportProgress} id=${id} failed=${setError} /></section>`}
    <p class="import-back"><${Button} icon="arrow-left" href=${HOME}>${t("imports.back")}<//></p>
  </div>`;
}

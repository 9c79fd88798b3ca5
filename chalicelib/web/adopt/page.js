// Adopting what exists: choose a system and its groups; or, with an id, one preview or adoption as it goes.
import { Button, Skeleton, Tag, When } from "../kit/base.js";
import { Select } from "../kit/fields.js";
import { DataTable, PageHead, Section } from "../kit/layout.js";
import { Empty, ErrorNote } from "../kit/telling.js";
import { ago } from "../lib/dates.js";
import { useGet, usePages } from "../lib/hooks.js";
import { html } from "../lib/html.js";
import { Link, navigate, setQuery, useQuery } from "../lib/router.js";
import { number, t } from "../lib/texts.js";
import { ChooseGroups } from "./choose.js";
import { OneAdoption } from "./one.js";

export const HOME = "/admin/adopt";

export default function Adopt({ id }) {
  return id ? html`<${OneAdoption} key=${id} id=${id} />` : html`<${Begin} />`;
}

function Begin() {
  const { data, error, reload } = useGet("/api/v1/adoptable-connections");
  return html`<div class="page">
    <${PageHead} title=${t("adopt.title")} lede=${t("adopt.lede")} />
    ${error && !data ? html`<${ErrorNote} error=${error} retry=${reload} />` : data ? html`<${Systems} systems=${data.value} />` : html`<${Skeleton} rows=${6} />`}
    <${Earlier} />
  </div>`;
}

function Systems({ systems }) {
  const { system } = useQuery();
  const current = systems.find((one) => one.name === system) || systems[0];
  if (!current) return html`<${Empty} icon="link" title=${t("adopt.none")} action=${html`<${Button} kind="primary" href="/admin/connectors">${t("adopt.connect")}<//>`}>${t("adopt.noneWhy")}<//>`;
  const options = systems.map((one) => ({ value: one.name, label: one.displayName }));
  return html`<div class="stack-24">
    ${systems.length > 1 && html`<div class="adopt-system"><${Select} label=${t("adopt.connection")} value=${current.name} options=${options} onChange=${(name) => setQuery({ system: name })} /></div>`}
    <${ChooseGroups} key=${current.name} system=${current} />
  </div>`;
}

/** Where an adoption stands, in a word. */
export function AdoptionState({ one }) {
  const { totals } = one;
  if (one.status === "error") return html`<${Tag} tone="deny" icon="circle-alert">${t("adopt.state-error")}<//>`;
  if (one.status !== "done") return html`<${Tag} tone="accent" icon="clock">${t(`adopt.state-${one.status}`)}<//>`;
  const problems = totals.problems + totals.unmatched + totals.denied + totals.failed;
  if (problems) return html`<${Tag} tone="unsure" icon="triangle-alert">${t("adopt.problems", { count: problems })}<//>`;
  return html`<${Tag} tone="approve" icon="check">${t("adopt.state-done")}<//>`;
}

function Earlier() {
  const list = usePages("/api/v1/adoptions");
  if (!list.rows.length && !list.error) return null;
  const columns = [
    { id: "from", title: t("adopt.from"), wide: true, cell: (one) => html`<span class="person-words"><${Link} href="${HOME}/${one.id}" class="quiet-link strong">${one.connection.displayName}<//>
      <span class="person-detail">${t("adopt.by", { name: one.by.displayName || t("adopt.gone") })} · <${When} at=${one.createdDateTime}>${ago(one.createdDateTime)}<//></span></span>` },
    { id: "groups", title: t("adopt.groupsShort"), right: true, cell: (one) => number(one.totals.groups) },
    { id: "assigned", title: t("adopt.assignedShort"), right: true, cell: (one) => number(one.totals.assigned) },
    { id: "state", title: t("adopt.state"), cell: (one) => html`<${AdoptionState} one=${one} />` },
  ];
  return html`<div class="adopt-earlier"><${Section} title=${t("adopt.earlier")}>
    <${DataTable} caption=${t("adopt.earlier")} list=${list} columns=${columns} onRow=${(one) => navigate(`${HOME}/${one.id}`)} /><//></div>`;
}

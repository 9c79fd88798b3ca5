// What is reviewed and what never is: every policy with its reviews, who switched them off, and since when.
import { Button, Icon, Tag, When } from "../kit/base.js";
import { Chip, DataTable, PageHead } from "../kit/layout.js";
import { Empty, explained, toast } from "../kit/telling.js";
import { download } from "../lib/api.js";
import { ago, day, inputDay, now } from "../lib/dates.js";
import { usePages } from "../lib/hooks.js";
import { html, useMemo, useState } from "../lib/html.js";
import { Link, setQuery, useQuery } from "../lib/router.js";
import { compare, number, t } from "../lib/texts.js";

const STATES = {
  reviewed: ["approve", "circle-check"],
  ended: ["unsure", "circle-dot"],
  switchedOff: ["unsure", "pause"],
  neverReviewed: ["deny", "circle-alert"],
  noPolicy: ["plain", "circle-minus"],
};
const ORDER = Object.keys(STATES);

export default function Coverage() {
  const { show } = useQuery();
  const everything = show === "all";
  const list = usePages(`/api/v1/coverage?counts=true${everything ? "" : "&uncovered=true"}`);
  const rows = useMemo(() => sorted(list.rows), [list.rows]);
  return html`<div class="page coverage">
    <${PageHead} title=${t("coverage.title")} lede=${t("coverage.lede")} actions=${html`<${Save} everything=${everything} />`} />
    <div class="stack">
      <div class="row"><${Chip} on=${!everything} onClick=${() => setQuery({ show: "" })}>${t("coverage.gaps")}<//>
        <${Chip} on=${everything} onClick=${() => setQuery({ show: "all" })}>${t("coverage.all")}<//></div>
      <${Summary} rows=${rows} more=${list.more} everything=${everything} />
      <${DataTable} caption=${t("coverage.title")} columns=${columns()} list=${{ ...list, rows }} keyOf=${(row) => row.assignmentPolicy?.id || row.accessPackage.id}
        empty=${html`<${Empty} icon="circle-check" title=${t(everything ? "coverage.nothing" : "coverage.noGaps")}>${t(everything ? "coverage.nothingWhy" : "coverage.noGapsWhy")}<//>`} />
    </div>
  </div>`;
}

/** Gaps first, the largest of them before all: what an auditor asks about. */
const sorted = (rows) => [...rows].sort((one, other) =>
  Number(one.coverage === "reviewed") - Number(other.coverage === "reviewed") ||
  (one.coverage === "reviewed" ? 0 : (other.liveAssignments ?? 0) - (one.liveAssignments ?? 0)) ||
  compare(one.accessPackage.displayName, other.accessPackage.displayName) ||
  ORDER.indexOf(one.coverage) - ORDER.indexOf(other.coverage));

function Summary({ rows, more, everything }) {
  if (!rows.length || more) return null;
  const gaps = rows.filter((one) => one.coverage !== "reviewed");
  const people = gaps.reduce((sum, one) => sum + (one.liveAssignments ?? 0), 0);
  const words = gaps.length ? t("coverage.sum", { count: gaps.length, people }) : t("coverage.whole", { count: rows.length });
  return html`<p class="prose muted" role="status">${words}${everything && gaps.length > 0 && ` ${t("coverage.ofAll", { count: rows.length })}`}</p>`;
}

function Save({ everything }) {
  const [busy, setBusy] = useState(false);
  const save = async () => {
    setBusy(true);
    try {
      await download(`/api/v1/coverage.csv?counts=true&uncovered=${!everything}`, `coverage-${inputDay(now().toISOString())}.csv`);
    } catch (problem) {
      toast(explained(problem), { tone: "deny" });
    }
    setBusy(false);
  };
  return html`<${Button} icon="download" busy=${busy} onClick=${save}>${t("coverage.download")}<//>`;
}

const columns = () => [
  { id: "package", title: t("coverage.package"), wide: true, cell: (row) => html`<span class="coverage-name">
      <${Link} href="/admin/packages/${row.accessPackage.id}">${row.accessPackage.displayName}<//>
      <span class="muted small">${[row.assignmentPolicy?.displayName, row.catalog.displayName].filter(Boolean).join(" · ")}</span></span>` },
  { id: "state", title: t("coverage.state"), cell: (row) => html`<${State} row=${row} />` },
  { id: "last", title: t("coverage.last"), cell: (row) => html`<${Last} last=${row.lastCompletedReview} />` },
  { id: "people", title: t("coverage.people"), right: true, cell: (row) => number(row.liveAssignments ?? 0) },
];

function State({ row }) {
  const [tone, icon] = STATES[row.coverage];
  const off = row.switchedOff;
  if (row.coverage === "reviewed") return html`<span class="coverage-fine"><${Icon} name="check" />${t("coverage.state-reviewed")}</span>`;
  const once = row.coverage === "neverReviewed" && row.lastCompletedReview;
  return html`<span class="coverage-name"><span><${Tag} tone=${once ? "unsure" : tone} icon=${icon}>${t(once ? "coverage.state-once" : `coverage.state-${row.coverage}`)}<//></span>
    ${off && html`<span class="muted small">${t("coverage.offBy", { name: off.by.displayName || t("coverage.somebody") })} <${When} at=${off.dateTime}>${day(off.dateTime)}<//></span>`}
    ${row.coverage === "noPolicy" && html`<span class="muted small">${t("coverage.nobodyCan")}</span>`}</span>`;
}

const Last = ({ last }) => last
  ? html`<span class="coverage-name"><${Link} href="/evidence/${last.id}"><${When} at=${last.endDateTime}>${day(last.endDateTime)}<//><//><span class="muted small">${ago(last.endDateTime)}</span></span>`
  : html`<span class="faint">${t("coverage.never")}</span>`;

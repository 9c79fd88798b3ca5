// How far an import is, what came of it, and the rows that were left out.
import { Button, Progress, Skeleton, Tag, When } from "../kit/base.js";
import { DataTable } from "../kit/layout.js";
import { Notice } from "../kit/telling.js";
import { following, get } from "../lib/api.js";
import { moment } from "../lib/dates.js";
import { html, useEffect, useState } from "../lib/html.js";
import { number, t } from "../lib/texts.js";
import { keep } from "./csv.js";

const ENDED = ["done", "error"];

/** Where an import stands, in a word. */
export function ImportState({ job }) {
  if (job.status === "error") return html`<${Tag} tone="deny" icon="circle-alert">${t("imports.state-error")}<//>`;
  if (job.status !== "done") return html`<${Tag} tone="accent" icon="clock">${t(`imports.state-${job.status}`)}<//>`;
  if (job.bad) return html`<${Tag} tone="unsure" icon="triangle-alert">${t("imports.leftOut", { count: job.bad })}<//>`;
  return html`<${Tag} tone="approve" icon="check">${t("imports.state-done")}<//>`;
}

/** An import, watched until it ends: then `ended()`. `again()` offers another file; `failed(error)` when it is unknown. */
export function ImportProgress({ id, ended, again, failed }) {
  const [job, setJob] = useState(null);
  useEffect(() => {
    let wait = 400;
    let timer;
    const look = () => get(`/api/v1/imports/${id}`).then(
      (found) => {
        setJob(found);
        if (ENDED.includes(found.status)) return ended?.();
        wait = Math.min(wait * 1.3, 3_000);
        timer = setTimeout(look, wait);
        return undefined;
      },
      (error) => (error.status ? failed?.(error) : (timer = setTimeout(look, 3_000))),
    );
    look();
    return () => clearTimeout(timer);
  }, [id]);
  if (!job) return html`<${Skeleton} lines=${4} />`;
  const over = ENDED.includes(job.status);
  return html`<div class="stack-24">
    <div class="between"><div class="person-words"><h2>${t(`imports.of-${job.kind}`)}</h2><span class="muted"><${When} at=${job.createdDateTime}>${moment(job.createdDateTime)}<//></span></div>
      <div class="row"><${ImportState} job=${job} />${over && again && html`<${Button} small icon="upload" onClick=${again}>${t("imports.another")}<//>`}</div></div>
    ${!over && html`<div class="stack-8" aria-live="polite"><${Progress} done=${job.done} total=${Math.max(job.total, 1)} label=${t("imports.progress")} words=${job.total > 0} />
      <p class="muted small">${t(job.status === "waiting" ? "imports.waitingWhy" : "imports.runningWhy")}</p></div>`}
    ${job.error && html`<${Notice} tone="deny" title=${t("imports.unusable")}>${job.error}<//>`}
    ${(job.total > 0 || job.status === "done") && html`<${Numbers} job=${job} />`}
    ${job.bad > 0 && html`<${BadRows} job=${job} />`}
  </div>`;
}

const Numbers = ({ job }) => html`<dl class="numbers">${["created", "updated", "unchanged", "bad"].map((name) => html`<div key=${name} class=${`numbers-one ${name === "bad" && job.bad ? "numbers-bad" : ""}`}>
  <dt>${t(`imports.${name}-${job.kind}`)}</dt><dd class="number">${number(job[name])}</dd></div>`)}</dl>`;

/** "Nothing was changed for 3 rows", and which they are. */
function BadRows({ job }) {
  const [more, setMore] = useState({ rows: [], next: undefined, loading: false });
  const rows = [...job.badRows, ...more.rows];
  const next = more.next === undefined ? following(job) : more.next;
  const load = async () => {
    setMore({ ...more, loading: true });
    const page = await get(next);
    setMore({ rows: [...more.rows, ...page.badRows], next: following(page), loading: false });
  };
  const columns = [
    { id: "line", title: t("imports.line"), cell: (row) => html`<span class="number"><span class="only-phone">${t("imports.line")} </span>${row.line}</span>` },
    { id: "column", title: t("imports.column"), cell: (row) => row.column ? html`<code>${row.column}</code>` : html`<span class="faint">${t("imports.wholeRow")}</span>` },
    { id: "reason", title: t("imports.reason"), wide: true, cell: (row) => row.reason },
  ];
  return html`<div class="stack">
    <div class="between"><div><h3>${t("imports.nothingChanged", { count: job.bad })}</h3><p class="muted small">${t("imports.mend")}</p></div>
      <${Button} small icon="download" onClick=${() => everyBadRow(job.id)}>${t("imports.downloadBad")}<//></div>
    <${DataTable} caption=${t("imports.nothingChanged", { count: job.bad })} columns=${columns} keyOf=${(row) => `${row.line} ${row.column}`}
      list=${{ rows, loading: more.loading, more: Boolean(next), next: load }} />
  </div>`;
}

async function everyBadRow(id) {
  const rows = [];
  for (let path = `/api/v1/imports/${id}`; path; ) {
    const page = await get(path);
    rows.push(...page.badRows);
    path = following(page);
  }
  keep(t("imports.badFile"), [[t("imports.line"), t("imports.column"), t("imports.reason")], ...rows.map((row) => [row.line, row.column, row.reason])]);
}

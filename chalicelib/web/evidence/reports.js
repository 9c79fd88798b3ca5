// Reports over many reviews: everybody reviewed in a period as one file, made in the background.
import { Button, Tag } from "../kit/base.js";
import { Check, TextInput } from "../kit/fields.js";
import { Dialog } from "../kit/floating.js";
import { DataTable, Section } from "../kit/layout.js";
import { Empty, explained, Notice, toast } from "../kit/telling.js";
import { get, post } from "../lib/api.js";
import { ago, inputDay, longDay, now } from "../lib/dates.js";
import { usePages } from "../lib/hooks.js";
import { html, useEffect, useState } from "../lib/html.js";
import { t } from "../lib/texts.js";

const REPORTS = "/v1.0/identityGovernance/accessReviews/historyDefinitions";
const RESULTS = ["approve", "deny", "dontKnow", "notReviewed", "notNotified"];
const LOOK_AGAIN = 2_000;
const unfinished = (row) => row.status === "requested" || row.status === "inprogress";

export function Reports() {
  const [making, setMaking] = useState(false);
  const list = usePages(`${REPORTS}?$top=50`);
  useEffect(() => {
    if (!list.rows.some(unfinished)) return undefined;
    const timer = setTimeout(list.reload, LOOK_AGAIN);
    return () => clearTimeout(timer);
  }, [list.rows]);
  const make = html`<${Button} kind="primary" icon="plus" onClick=${() => setMaking(true)}>${t("evidence.newReport")}<//>`;
  const columns = [
    { id: "name", title: t("evidence.report"), cell: (row) => html`<span class="evidence-name"><strong>${row.displayName}</strong><span class="muted small">${t("evidence.made", { when: ago(row.createdDateTime) })}</span></span>` },
    { id: "period", title: t("evidence.period"), cell: (row) => html`<span>${covers(row)}</span>` },
    { id: "what", title: t("evidence.covers"), cell: (row) => html`<span class="small">${row.decisions.length === RESULTS.length ? t("evidence.everyDecision") : row.decisions.map((one) => t(`evidence.result-${one}`)).join(", ")}</span>` },
    { id: "file", title: t("evidence.file"), right: true, cell: (row) => html`<${File} row=${row} />` },
  ];
  return html`<${Section} title=${t("evidence.reports")} note=${t("evidence.reportsNote")} actions=${list.rows.length > 0 && make}>
    <${DataTable} caption=${t("evidence.reports")} columns=${columns} list=${list}
      empty=${html`<${Empty} icon="file-text" title=${t("evidence.noReports")} action=${make}>${t("evidence.noReportsWhy")}<//>`} />
    ${making && html`<${Making} close=${(made) => (setMaking(false), made && list.reload())} />`}
  <//>`;
}

function covers(row) {
  const { reviewHistoryPeriodStartDateTime: from, reviewHistoryPeriodEndDateTime: to } = row;
  return from && to ? t("evidence.span", { from: longDay(from), to: longDay(to) }) : t("evidence.recurring");
}

function File({ row }) {
  const [busy, setBusy] = useState(false);
  if (unfinished(row)) return html`<${Tag} tone="accent" icon="clock">${t("evidence.making")}<//>`;
  if (row.status === "error") return html`<${Tag} tone="deny" icon="circle-alert">${t("evidence.notMade")}<//>`;
  const save = async () => {
    setBusy(true);
    try {
      const runs = await get(`${REPORTS}/${row.id}/instances?$top=1`);
      const { downloadUri } = await post(`${REPORTS}/${row.id}/instances/${runs.value[0].id}/generateDownloadUri`);
      location.assign(downloadUri);
    } catch (problem) {
      toast(explained(problem), { tone: "deny" });
    }
    setBusy(false);
  };
  return html`<${Button} small icon="download" busy=${busy} onClick=${save}>${t("evidence.downloadReport")}<//>`;
}

function Making({ close }) {
  const year = now().getFullYear();
  const [name, setName] = useState(t("evidence.reportName", { year: String(year) }));
  const [from, setFrom] = useState(`${year}-01-01`);
  const [to, setTo] = useState(inputDay(now().toISOString()));
  const [results, setResults] = useState(RESULTS);
  const [sent, setSent] = useState({ busy: false, error: null });
  const toggle = (one) => (on) => setResults(RESULTS.filter((each) => (each === one ? on : results.includes(each))));
  const go = async () => {
    setSent({ busy: true, error: null });
    try {
      await post(REPORTS, {
        displayName: name,
        decisions: results,
        reviewHistoryPeriodStartDateTime: new Date(`${from}T00:00:00`).toISOString(),
        reviewHistoryPeriodEndDateTime: new Date(`${to}T23:59:59`).toISOString(),
      });
      close(true);
    } catch (error) {
      setSent({ busy: false, error });
    }
  };
  const whole = name.trim() && from && to && from <= to && results.length > 0;
  const foot = html`<${Button} onClick=${() => close(false)}>${t("kit.cancel")}<//><${Button} kind="primary" busy=${sent.busy} disabled=${!whole} onClick=${go}>${t("evidence.make")}<//>`;
  return html`<${Dialog} title=${t("evidence.newReport")} close=${() => close(false)} foot=${foot}><div class="stack">
    <${TextInput} label=${t("evidence.name")} value=${name} onInput=${setName} maxlength="100" />
    <div class="report-days"><${TextInput} type="date" label=${t("evidence.from")} value=${from} onInput=${setFrom} /><${TextInput} type="date" label=${t("evidence.to")} value=${to} onInput=${setTo} /></div>
    <p class="small muted">${t("evidence.within")}</p>
    <fieldset class="stack-8"><legend class="field-label">${t("evidence.including")}</legend>${RESULTS.map((one) =>
      html`<${Check} key=${one} label=${t(`evidence.result-${one}`)} checked=${results.includes(one)} onChange=${toggle(one)} />`)}</fieldset>
    ${sent.error && html`<${Notice} tone="deny">${explained(sent.error)}<//>`}</div><//>`;
}

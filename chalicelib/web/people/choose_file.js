// Choosing the file of an import: dropped or picked, looked at before it is sent.
import { Button, Icon, Tag } from "../kit/base.js";
import { explained, Notice } from "../kit/telling.js";
import { post } from "../lib/api.js";
import { html, useId, useRef, useState } from "../lib/html.js";
import { number, t } from "../lib/texts.js";
import { COLUMNS, headOf, keepTemplate, NEEDED } from "./csv.js";

const LARGEST = 5_000_000; // bytes that one request may carry
const size = (bytes) => (bytes < 1_000_000 ? t("imports.kilobytes", { count: Math.max(1, Math.round(bytes / 1_000)) }) : t("imports.megabytes", { count: Math.round(bytes / 100_000) / 10 }));

/** A place for a file of this kind; `begun(id)` when its import has begun. */
export function ChooseFile({ kind, begun }) {
  const [file, setFile] = useState(null);
  const [head, setHead] = useState(null);
  const [wrong, setWrong] = useState("");
  const [busy, setBusy] = useState(false);
  const take = async (chosen) => {
    setWrong("");
    setHead(null);
    setFile(chosen || null);
    if (!chosen) return;
    if (chosen.size > LARGEST) setWrong(t("imports.tooLarge", { size: size(chosen.size) }));
    else setHead(await headOf(chosen, kind));
  };
  const send = async () => {
    setBusy(true);
    setWrong("");
    try {
      begun((await post(`/api/v1/imports/${kind}`, file.slice(0, file.size, "text/csv"), { "Content-Type": "text/csv" })).id);
    } catch (problem) {
      setWrong(explained(problem));
      setBusy(false);
    }
  };
  return html`<div class="import-new">
    <div class="stack">
      <${Drop} file=${file} take=${take} />
      ${wrong && html`<${Notice} tone="deny">${wrong}<//>`}
      ${head && html`<${Head} kind=${kind} head=${head} busy=${busy} send=${send} drop=${() => take(null)} />`}
    </div>
    <${Guide} kind=${kind} />
  </div>`;
}

function Drop({ file, take }) {
  const [over, setOver] = useState(false);
  const input = useRef(null);
  const id = useId();
  const drag = (on) => (event) => {
    event.preventDefault();
    setOver(on);
  };
  const dropped = (event) => {
    drag(false)(event);
    take(event.dataTransfer.files[0]);
  };
  return html`<div class=${over ? "drop drop-over" : "drop"} onDragOver=${drag(true)} onDragLeave=${drag(false)} onDrop=${dropped}>
    <input ref=${input} id=${id} type="file" accept=".csv,text/csv" class="unseen drop-input" onChange=${(event) => take(event.target.files[0])} />
    <span class="drop-icon"><${Icon} name=${file ? "file-text" : "upload"} size=${24} /></span>
    ${file
      ? html`<p class="strong breakable">${file.name}</p><p class="muted small">${size(file.size)}</p>`
      : html`<p class="strong">${t("imports.drop")}</p><p class="muted small">${t("imports.dropWhat")}</p>`}
    <label for=${id} class="button button-plain">${t(file ? "imports.otherFile" : "imports.choose")}</label>
  </div>`;
}

function Head({ kind, head, busy, send, drop }) {
  const ignored = head.columns.filter((one) => !one.taken);
  return html`<div class="import-head stack">
    <p><span class="strong">${t("imports.found", { count: head.rows })}</span> <span class="muted">${t("imports.columnsFound")}</span></p>
    <ul class="row" aria-label=${t("imports.columns")}>
      ${head.columns.filter((one) => one.taken).map((one) => html`<li key=${one.name}><${Tag} tone="approve" icon="check">${one.taken}<//></li>`)}
      ${ignored.map((one) => html`<li key=${one.name}><${Tag} icon="minus">${t("imports.ignored", { name: one.name || "–" })}<//></li>`)}
    </ul>
    ${head.missing.length > 0 && html`<${Notice} tone="deny" title=${t("imports.missing", { names: head.missing.join(", ") })}>${t(`imports.missing-${kind}`)}<//>`}
    ${head.missing.length === 0 && head.rows === 0 && html`<${Notice} tone="unsure">${t("imports.noRows")}<//>`}
    <div class="row"><${Button} kind="primary" busy=${busy} disabled=${head.missing.length > 0 || head.rows === 0} onClick=${send}>${t("imports.begin", { count: head.rows })}<//>
      <${Button} kind="quiet" disabled=${busy} onClick=${drop}>${t("kit.cancel")}<//></div>
  </div>`;
}

const Guide = ({ kind }) => html`<aside class="import-guide stack" aria-label=${t("imports.guide")}>
  <h2>${t("imports.guide")}</h2>
  <p class="muted">${t(`imports.guide-${kind}`)}</p>
  <p><${Button} small icon="download" onClick=${() => keepTemplate(kind)}>${t("imports.template")}<//></p>
  <details><summary>${t("imports.allColumns", { count: COLUMNS[kind].length })}</summary>
    <dl class="import-columns">${COLUMNS[kind].map((name) => html`<div key=${name}><dt><code>${name}</code>${NEEDED[kind].includes(name) && html` <span class="small muted">${t("imports.needed")}</span>`}</dt><dd>${t(`imports.${kind}-${name}`)}</dd></div>`)}</dl>
  </details>
  <p class="small muted">${t("imports.again", { bytes: number(5) })}</p>
</aside>`;

// The sources of data: how fresh each is, and which reviews wait for one, with the way to open them all the same.
import { Button, Skeleton, Tag, When } from "../kit/base.js";
import { Select, TextArea } from "../kit/fields.js";
import { Confirm, Menu } from "../kit/floating.js";
import { DataTable, PageHead, Section } from "../kit/layout.js";
import { Empty, ErrorNote, Notice, toast } from "../kit/telling.js";
import { patch, post } from "../lib/api.js";
import { ago } from "../lib/dates.js";
import { useGet } from "../lib/hooks.js";
import { html, useState } from "../lib/html.js";
import { useMe } from "../lib/me.js";
import { Link } from "../lib/router.js";
import { list, t } from "../lib/texts.js";
import { expected, known, standing } from "./words.js";

const INTERVALS = [0, 6, 24, 48, 168, 744, 2208];

export default function Sources() {
  const { data, error, reload } = useGet("/api/v1/sources");
  const head = html`<${PageHead} title=${t("sources.title")} lede=${t("sources.lede")} />`;
  if (error && !data) return html`<div class="page">${head}<${ErrorNote} error=${error} retry=${reload} /></div>`;
  if (!data) return html`<div class="page" aria-busy="true">${head}<${Skeleton} rows=${4} height=${64} /></div>`;
  return html`<div class="page">
    ${head}
    ${data.waiting.length > 0 && html`<${Waiting} found=${data} reload=${reload} />`}
    <${Section} title=${t("sources.all")}><${AllSources} sources=${data.value} reload=${reload} /><//>
  </div>`;
}

/** Reviews that did not open: what each waits for, since when, and what one may do. */
function Waiting({ found, reload }) {
  const [asked, setAsked] = useState(null);
  const names = Object.fromEntries(found.value.map((one) => [one.id, one.displayName]));
  return html`<${Section} title=${t("sources.waiting")} note=${t("sources.waitingNote")}>
    <ul class="waits">${found.waiting.map((one) => html`<li key=${one.seriesId} class="wait">
      <div class="wait-words"><${Link} class="quiet-link strong" href="/admin/series/${one.seriesId}">${one.accessPackage.displayName}<//>
        <span class="muted small">${t("sources.planned")} <${When} at=${one.plannedDateTime}>${ago(one.plannedDateTime)}<//> · ${t("sources.waitsFor", { names: list(one.sources.map((id) => names[id] || id)) })}</span></div>
      ${one.openedAnyway
        ? html`<${Tag} icon="clock">${t("sources.opening")}<//>`
        : one.mayOpen && html`<${Button} onClick=${() => setAsked(one)}>${t("sources.anyway")}<//>`}
    </li>`)}</ul>
    ${asked && html`<${Anyway} wait=${asked} sources=${found.value.filter((one) => asked.sources.includes(one.id))} close=${(done) => (setAsked(null), done && reload())} />`}
  <//>`;
}

function Anyway({ wait, sources, close }) {
  const [reason, setReason] = useState("");
  const open = async () => {
    await post(`/api/v1/review-series/${wait.seriesId}/open-anyway`, { reason: reason.trim() });
    toast(t("sources.opened", { name: wait.accessPackage.displayName }));
  };
  return html`<${Confirm} title=${t("sources.anywayTitle", { name: wait.accessPackage.displayName })} label=${t("sources.anyway")} act=${open} close=${close} disabled=${!reason.trim()}>
    <ul class="wait-old">${sources.map((one) => html`<li key=${one.id}><strong>${one.displayName}</strong>: ${known(one)}</li>`)}</ul>
    <p>${t("sources.anywayMeans")}</p>
    <${TextArea} label=${t("sources.reason")} help=${t("sources.reasonHelp")} value=${reason} onInput=${setReason} maxlength="500" />
  <//>`;
}

function AllSources({ sources, reload }) {
  const me = useMe();
  const [chosen, setChosen] = useState(null);
  const shut = (done) => (setChosen(null), done && reload());
  const again = async (one) => {
    await patch(`/api/v1/sources/${one.id}`, { retired: false });
    reload();
  };
  const actions = (one) => [
    { label: t("sources.expect"), icon: "clock", act: () => setChosen({ source: one, Dialog: Expect }) },
    one.retiredDateTime
      ? { label: t("sources.again"), icon: "rotate-ccw", act: () => again(one) }
      : { label: t("sources.retire"), icon: "ban", danger: true, act: () => setChosen({ source: one, Dialog: Retire }) },
  ];
  const columns = [
    { id: "name", title: t("sources.source"), wide: true, cell: (one) => html`<span class="person-words"><span class="strong breakable">${one.displayName}</span><span class="person-detail">${t(`sources.kind-${one.kind}`)}</span></span>` },
    { id: "state", title: t("sources.state"), cell: (one) => html`<${State} source=${one} />` },
    { id: "last", title: t("sources.last"), cell: (one) => one.lastSuccessDateTime ? html`<${When} at=${one.lastSuccessDateTime}>${ago(one.lastSuccessDateTime)}<//>` : html`<span class="faint">${t("sources.never")}</span>` },
    { id: "expected", title: t("sources.expected"), cell: (one) => html`<span class="muted">${expected(one)}</span>` },
    me.administrator && { id: "actions", title: html`<span class="unseen">${t("sources.actions")}</span>`, right: true, cell: (one) => html`<${Menu} label=${t("sources.actionsFor", { name: one.displayName })} items=${actions(one)} small />` },
  ].filter(Boolean);
  const none = html`<${Empty} icon="inbox" title=${t("sources.none")}>${t("sources.noneWhy")}<//>`;
  return html`<${DataTable} caption=${t("sources.all")} list=${{ rows: sources }} columns=${columns} empty=${none} />
    ${chosen && html`<${chosen.Dialog} source=${chosen.source} close=${shut} />`}`;
}

function State({ source }) {
  const { id, tone, icon } = standing(source);
  return html`<span class="source-state"><${Tag} tone=${tone} icon=${icon}>${t(`sources.state-${id}`)}<//>
    <span class="muted small">${known(source)}</span>
    ${source.error && html`<span class="small breakable">${source.error}</span>`}</span>`;
}

function Expect({ source, close }) {
  const [hours, setHours] = useState(String(source.everyHours));
  const offered = [...new Set([...INTERVALS, source.everyHours])].sort((a, b) => a - b);
  const save = () => patch(`/api/v1/sources/${source.id}`, { everyHours: Number(hours) });
  return html`<${Confirm} title=${t("sources.expectTitle", { name: source.displayName })} label=${t("sources.save")} act=${save} close=${close}>
    <${Select} label=${t("sources.expected")} help=${t("sources.expectHelp")} value=${hours} onChange=${setHours}
      options=${offered.map((one) => ({ value: String(one), label: expected({ ...source, everyHours: one }) }))} />
  <//>`;
}

function Retire({ source, close }) {
  const retire = () => patch(`/api/v1/sources/${source.id}`, { retired: true });
  return html`<${Confirm} title=${t("sources.retireTitle", { name: source.displayName })} label=${t("sources.retire")} danger act=${retire} close=${close}>
    <p>${t("sources.retireMeans")}</p>
    <${Notice}>${t("sources.retireBack")}<//>
  <//>`;
}

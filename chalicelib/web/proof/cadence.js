// Did every promised review of an access package and year happen? A statement to read, to print and to download.
import { Button, Skeleton, Tag, When } from "../kit/base.js";
import { Select } from "../kit/fields.js";
import { DataTable, Facts, Section } from "../kit/layout.js";
import { Empty, ErrorNote, explained, Notice, toast } from "../kit/telling.js";
import { all, download } from "../lib/api.js";
import { day, longDay, moment, now } from "../lib/dates.js";
import { useGet, useLoad } from "../lib/hooks.js";
import { html } from "../lib/html.js";
import { useMe } from "../lib/me.js";
import { Link, setQuery, useQuery } from "../lib/router.js";
import { compare, number, t } from "../lib/texts.js";

const YEARS = 8;
const MOST_PACKAGES = 1_000;
const LOOKS = {
  held: ["approve", "check"],
  heldLate: ["unsure", "clock-alert"],
  nobodyInScope: ["plain", "users"],
  underWay: ["accent", "clock"],
  failed: ["deny", "circle-alert"],
  missed: ["deny", "circle-x"],
  withdrawn: ["plain", "ban"],
  waiting: ["unsure", "hourglass"],
  ahead: ["plain", "calendar"],
};

export function Cadence() {
  const { package: packageId = "", year = String(now().getFullYear()) } = useQuery();
  const { data: packages } = useLoad((signal) => all("/v1.0/identityGovernance/entitlementManagement/accessPackages?$select=id,displayName&$top=100", MOST_PACKAGES, { signal }), []);
  const known = (packages || []).map((one) => ({ value: one.id, label: one.displayName })).sort((one, other) => compare(one.label, other.label));
  const last = now().getFullYear();
  const years = Array.from({ length: YEARS }, (_, place) => String(last - place)).map((one) => ({ value: one, label: one }));
  return html`<div class="stack-24 cadence">
    <div class="filters">
      <${Select} label=${t("evidence.package")} value=${packageId} options=${[{ value: "", label: t("proof.choosePackage"), disabled: true }, ...known]} onChange=${(value) => setQuery({ package: value })} />
      <${Select} label=${t("proof.year")} value=${year} options=${years} onChange=${(value) => setQuery({ year: value })} />
    </div>
    ${packageId ? html`<${Statement} key=${packageId + year} packageId=${packageId} year=${year} />` : html`<${Empty} icon="calendar" title=${t("proof.chooseTitle")}>${t("proof.chooseWhy")}<//>`}
  </div>`;
}

function Statement({ packageId, year }) {
  const path = `/api/v1/access-packages/${packageId}/cadence`;
  const { data, error, reload } = useGet(`${path}?year=${year}`);
  const me = useMe();
  if (error && !data) return html`<${ErrorNote} error=${error} retry=${reload} />`;
  if (!data) return html`<${Skeleton} rows=${5} />`;
  const save = () => download(`${path}.csv?year=${year}`, `cadence-${year}.csv`).catch((problem) => toast(explained(problem), { tone: "deny" }));
  const { missed, promised, heldLate } = data.numbers;
  const tone = missed ? "deny" : heldLate ? "unsure" : promised ? "approve" : "plain";
  return html`<div class="stack-24">
    <div class="between"><h2>${t("proof.cadenceOf", { package: data.accessPackage.displayName, year })}</h2>
      <div class="row"><${Button} icon="file-text" onClick=${() => print()}>${t("evidence.print")}<//><${Button} icon="download" onClick=${save}>${t("proof.asFile")}<//></div></div>
    <${Notice} tone=${tone} role="status" icon=${missed ? "triangle-alert" : promised ? "shield-check" : "info"}><strong>${data.sentence}</strong>${data.numbers.longestGapInDays !== null && ` ${t("proof.gap", { count: data.numbers.longestGapInDays })}`}<//>
    ${[...data.policies, ...data.extra].map((one) => html`<${Series} key=${one.seriesId} one=${one} />`)}
    ${data.unreviewed.length > 0 && html`<${Section} title=${t("proof.unreviewed")}><ul>${data.unreviewed.map((one) => html`<li key=${one.id}>${one.displayName}</li>`)}</ul><//>`}
    <p class="print-foot">${t("proof.cadencePrinted", { name: me.displayName, organisation: me.organisation, when: moment(data.madeDateTime) })}</p>
  </div>`;
}

function Series({ one }) {
  const columns = [
    { id: "date", title: t("proof.promised"), cell: (row) => html`<span class="proof-what"><${When} at=${row.plannedStartDateTime} zone=${one.schedule?.timeZone}>${longDay(`${row.date}T12:00:00`)}<//>
      ${row.reviewId && html`<${Link} class="small" href="/evidence/${row.reviewId}">${t("proof.theReview")}<//>`}</span>` },
    { id: "fate", title: t("proof.whatHappened"), wide: true, cell: (row) => html`<${Fate} row=${row} />` },
    { id: "opened", title: t("proof.opened"), hidePhone: true, cell: (row) => html`<${When} at=${row.openedDateTime}>${row.openedDateTime && day(row.openedDateTime)}<//>` },
    { id: "closed", title: t("proof.closed"), hidePhone: true, cell: (row) => html`<${When} at=${row.closedDateTime}>${row.closedDateTime && day(row.closedDateTime)}<//>` },
    { id: "people", title: t("proof.people"), right: true, hidePhone: true, cell: (row) => (row.people === null ? "" : number(row.people)) },
    { id: "seal", title: t("proof.sealNumber"), right: true, cell: (row) => (row.decisionsSeal === null ? html`<span class="faint">–</span>` : number(row.decisionsSeal)) },
  ];
  const note = one.schedule ? t(`proof.every-${one.schedule.frequency || "once"}`, { count: one.schedule.durationInDays }) : t("proof.offNow");
  return html`<${Section} title=${one.kind === "adHoc" ? t("proof.extraSeries", { name: one.displayName }) : one.assignmentPolicy.displayName} note=${note}>
    ${!one.recorded && html`<${Notice} tone="unsure">${t("proof.notRecorded")}<//>`}
    <${DataTable} caption=${one.displayName} columns=${columns} list=${{ rows: one.reviews }} keyOf=${(row) => row.date} empty=${html`<p class="muted">${t("proof.nothingDue")}</p>`} />
    ${one.reviews.length > 0 && html`<${Facts} rows=${[[t("proof.longestGap"), one.numbers.longestGapInDays !== null && t("proof.daysLong", { count: one.numbers.longestGapInDays })]]} />`}
  <//>`;
}

function Fate({ row }) {
  const [tone, icon] = LOOKS[row.outcome];
  const cause = row.cause && t(`proof.cause-${row.cause}`, { name: row.takenBackBy?.displayName || t("proof.gone") });
  return html`<span class="proof-what"><span><${Tag} tone=${tone} icon=${icon}>${row.daysLate > 0 ? t("proof.late", { count: row.daysLate }) : t(`proof.fate-${row.outcome}`)}<//></span>
    ${cause && html`<span class="small">${cause}</span>`}${row.reason && html`<span class="muted small">${row.reason}</span>`}</span>`;
}

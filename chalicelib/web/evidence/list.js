// The auditor's first page: the closed reviews of a period, how each ended, and whether its numbers add up.
import { Icon, Tag, When } from "../kit/base.js";
import { Select } from "../kit/fields.js";
import { DataTable, PageHead, Tabs } from "../kit/layout.js";
import { Empty } from "../kit/telling.js";
import { all } from "../lib/api.js";
import { day, month } from "../lib/dates.js";
import { useLoad, usePages } from "../lib/hooks.js";
import { html, useMemo } from "../lib/html.js";
import { Link, navigate, setQuery, useQuery } from "../lib/router.js";
import { compare, number, t } from "../lib/texts.js";
import { Cadence } from "../proof/cadence.js";
import { differs, Verdict } from "./equation.js";
import { asked, Period, usePeriod } from "./period.js";
import { Reports } from "./reports.js";

const USUAL = "year";
const PERIODS = ["month", "quarter", "year", "three-years"];
const MOST_PACKAGES = 1_000;

export default function Evidence() {
  const { view } = useQuery();
  const tabs = [
    { id: "reviews", label: t("evidence.tabReviews"), href: "/evidence" },
    { id: "cadence", label: t("proof.cadenceTab"), href: "/evidence?view=cadence" },
    { id: "reports", label: t("evidence.tabReports"), href: "/evidence?view=reports" },
  ];
  const current = view in VIEWS ? view : "reviews";
  return html`<div class="page evidence">
    <${PageHead} title=${t("evidence.title")} lede=${t("evidence.lede")} />
    <${Tabs} tabs=${tabs} current=${current} label=${t("evidence.views")} />
    <${VIEWS[current]} />
  </div>`;
}

const VIEWS = { reviews: Reviews, cadence: Cadence, reports: Reports };

function Reviews() {
  const { package: packageId = "", by } = useQuery();
  const period = usePeriod(USUAL);
  const query = asked(period);
  if (packageId) query.set("accessPackageId", packageId);
  const list = usePages(`/api/v1/closed-reviews?${query}`);
  const groups = useMemo(() => grouped(list.rows, by === "package"), [list.rows, by]);
  return html`<div class="stack-24">
    <${Filters} packageId=${packageId} by=${by} />
    <${Summary} list=${list} />
    ${!list.rows.length && html`<${Place} list=${list} narrowed=${Boolean(packageId)} />`}
    ${groups.map((one, place) => html`<section class="evidence-group" key=${one.title}>
      <h2>${one.title} <span class="count">${number(one.rows.length)}</span></h2>
      <${DataTable} caption=${one.title} columns=${columns(by === "package")} onRow=${(row) => navigate(`/evidence/${row.id}`)}
        list=${{ rows: one.rows, ...(place === groups.length - 1 && { more: list.more, loading: list.loading, next: list.next, error: list.error }) }} />
    </section>`)}
  </div>`;
}

/** What stands where no rows are: the shape of what comes, an error, or why there is nothing. */
const Place = ({ list, narrowed }) => html`<${DataTable} list=${list} columns=${[]} caption="" empty=${html`<${Empty} icon="shield-check" title=${t("evidence.none")}>
  ${t(narrowed ? "evidence.noneOfPackage" : "evidence.noneYet")}<//>`} />`;

function Filters({ packageId, by }) {
  const { data } = useLoad((signal) => all("/v1.0/identityGovernance/entitlementManagement/accessPackages?$select=id,displayName&$top=100", MOST_PACKAGES, { signal }), []);
  const known = (data || []).map((one) => ({ value: one.id, label: one.displayName })).sort((one, other) => compare(one.label, other.label));
  const options = [{ value: "", label: t("evidence.allPackages") }, ...known];
  if (packageId && !known.some((one) => one.value === packageId)) options.push({ value: packageId, label: t("evidence.thisPackage") });
  return html`<div class="filters">
    <${Period} usual=${USUAL} periods=${PERIODS} />
    <${Select} label=${t("evidence.package")} value=${packageId} options=${options} onChange=${(value) => setQuery({ package: value })} />
    <${Select} label=${t("evidence.grouped")} value=${by === "package" ? "package" : ""} onChange=${(value) => setQuery({ by: value })}
      options=${[{ value: "", label: t("evidence.byMonth") }, { value: "package", label: t("evidence.byPackage") }]} />
  </div>`;
}

/** One sentence on everything shown: the thing an auditor came for. */
function Summary({ list }) {
  const { rows, more } = list;
  if (!rows.length) return null;
  const wrong = rows.filter((one) => !one.balance.balanced).length;
  const people = rows.reduce((sum, one) => sum + one.population.items, 0);
  const removed = rows.reduce((sum, one) => sum + one.outcome.removed + one.outcome.alreadyGone, 0);
  const open = rows.reduce((sum, one) => sum + left(one), 0);
  const apart = rows.filter((one) => differs(one.balance)).length;
  return html`<div class=${wrong ? "summary summary-off" : "summary"} role="status">
    <${Icon} name=${wrong ? "triangle-alert" : "shield-check"} size=${20} />
    <p><strong>${wrong ? t("evidence.someWrong", { count: wrong }) : t("evidence.allRight", { count: rows.length })}</strong>
      ${" "}${t("evidence.sum", { people, removed })}${open > 0 && ` ${t("evidence.sumOpen", { count: open })}`}${apart > 0 && ` ${t("evidence.sumDiffers", { count: apart })}`}${more && ` ${t("evidence.sumShown")}`}</p>
  </div>`;
}

const left = (row) => row.balance.equations.filter((one) => one.name === "removals").flatMap((one) => one.terms)
  .filter((one) => one.name === "toRemove" || one.name === "failed").reduce((sum, one) => sum + one.count, 0);

function grouped(rows, byPackage) {
  const groups = new Map();
  for (const row of rows) {
    const key = byPackage ? row.accessPackage.id : month(row.endDateTime);
    const title = byPackage ? row.accessPackage.displayName : key;
    groups.set(key, { title, rows: [...(groups.get(key)?.rows || []), row] });
  }
  const found = [...groups.values()];
  return byPackage ? found.sort((one, other) => compare(one.title, other.title)) : found;
}

const columns = (byPackage) => [
  { id: "review", title: t("evidence.review"), cell: (row) => html`<span class="evidence-name"><${Link} href="/evidence/${row.id}">${byPackage ? row.displayName : row.accessPackage.displayName}<//>
      <span class="muted small">${row.assignmentPolicy.displayName}${row.deleted && html` · ${t("evidence.deleted")}`}</span></span>` },
  { id: "closed", title: t("evidence.closed"), cell: (row) => html`<span class="evidence-cell"><${When} at=${row.endDateTime} zone=${row.timeZone}>${day(row.endDateTime)}<//>${row.stoppedEarly && html` <span class="muted small">${t("evidence.stopped")}</span>`}</span>` },
  { id: "people", title: t("evidence.people"), right: true, cell: (row) => number(row.population.items) },
  { id: "decided", title: t("evidence.decided"), cell: (row) => html`<${Bar} outcome=${row.outcome} />` },
  { id: "removals", title: t("evidence.removals"), cell: (row) => html`<${Removals} row=${row} />` },
  { id: "balance", title: t("evidence.sums"), cell: (row) => (row.balance.balanced && !differs(row.balance) ? html`<span class="adds-up"><${Icon} name="check" />${t("evidence.addsUp")}</span>` : html`<${Verdict} balance=${row.balance} />`) },
  { id: "proof", title: t("proof.standing"), cell: (row) => html`<${Standing} row=${row} />` },
];

/** How far the proof is: what is open first, then sealed, then signed off. */
function Standing({ row }) {
  if (row.signedOffDateTime) return html`<${Tag} tone="approve" icon="file-check">${t("proof.signedOff")}<//>`;
  if (row.openExceptions) return html`<${Link} href="/evidence/${row.id}"><${Tag} tone="unsure" icon="triangle-alert">${t("proof.openExceptions", { count: row.openExceptions })}<//><//>`;
  if (row.removalsSealed) return html`<span class="adds-up"><${Icon} name="lock" />${t("proof.sealed")}</span>`;
  return html`<span class="muted">${t(row.decisionsSealed ? "proof.decisionsSealed" : "proof.unsealed")}</span>`;
}

/** How the decisions divide, as one thin bar; the words are for whoever cannot see it or wants them. */
function Bar({ outcome }) {
  const parts = [
    ["approve", outcome.approved + outcome.approvedByRule, "evidence.approved"],
    ["deny", outcome.denied + outcome.deniedByRule, "evidence.denied"],
    ["unsure", outcome.dontKnow, "evidence.dontKnow"],
    ["plain", outcome.kept + outcome.cancelled, "evidence.others"],
  ].filter(([, count]) => count > 0);
  const words = parts.map(([, count, key]) => t(key, { count })).join(", ");
  return html`<span class="split" title=${words}><span class="split-bar" aria-hidden="true">
    ${parts.map(([tone, count]) => html`<span class="stacked-part fill-${tone}" style=${{ flexGrow: String(count) }}></span>`)}</span><span class="unseen">${words}</span></span>`;
}

function Removals({ row }) {
  const open = left(row);
  const done = row.outcome.removed + row.outcome.alreadyGone;
  if (row.outcome.removalFailures) return html`<${Tag} tone="deny" icon="circle-alert">${t("evidence.failed", { count: row.outcome.removalFailures })}<//>`;
  if (row.waitingForConfirmation) return html`<${Tag} tone="unsure" icon="hourglass">${t("evidence.wait", { count: open })}<//>`;
  if (open) return html`<${Tag} tone="accent" icon="clock">${t("evidence.toRemove", { count: open })}<//>`;
  return done ? html`<span>${t("evidence.removed", { count: done })}</span>` : html`<span class="faint">${t("evidence.noRemovals")}</span>`;
}


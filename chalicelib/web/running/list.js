// All reviews: those under way, those that wait for a person, and the closed ones of the last year.
import { Due, Progress } from "../kit/base.js";
import { DataTable, PageHead, Tabs } from "../kit/layout.js";
import { Empty } from "../kit/telling.js";
import { usePages } from "../lib/hooks.js";
import { html } from "../lib/html.js";
import { Link, navigate, useQuery } from "../lib/router.js";
import { number, t } from "../lib/texts.js";
import { decidedOf, Sparkline } from "../overview/burnup.js";
import { closedColumns } from "../overview/closed.js";
import { State } from "../overview/state.js";

const VIEWS = ["", "late", "failed", "confirmation", "reviewer", "differences", "closed"];

export default function AllReviews() {
  const { needs = "" } = useQuery();
  const view = VIEWS.includes(needs) ? needs : "";
  const tabs = VIEWS.map((id) => ({ id, label: t(`running.view-${id || "all"}`), href: id ? `/admin/reviews?needs=${id}` : "/admin/reviews" }));
  return html`<div class="page">
    <${PageHead} title=${t("running.title")} lede=${t("running.lede")} />
    <${Tabs} tabs=${tabs} current=${view} label=${t("running.views")} />
    ${view === "closed" ? html`<${Closed} />` : html`<${Live} key=${view} needs=${view} />`}
  </div>`;
}

function Live({ needs }) {
  const list = usePages(`/api/v1/live-reviews${needs ? `?needs=${needs}` : ""}`);
  const empty = html`<${Empty} icon=${needs ? "circle-check" : "clipboard-check"} title=${t(`running.none-${needs || "all"}`)}>${t(needs ? "running.noneNeedsWhy" : "running.noneAllWhy")}<//>`;
  return html`<${DataTable} caption=${t("running.title")} columns=${columns(needs)} list=${list} empty=${empty} onRow=${(one) => navigate(pageOf(one))} />`;
}

/** What one wants to see of a review: whose removals wait, where it waits for that. */
const pageOf = (one) => `/admin/reviews/${one.id}${one.needs === "confirmation" ? "/confirm" : ""}`;

const columns = (needs) => [
  { id: "review", title: t("running.review"), wide: true, cell: (one) => html`<span class="stack-0"><${Link} class="running-link clip" href=${pageOf(one)}>${one.accessPackage.displayName}<//><span class="muted small clip">${one.assignmentPolicy.displayName}</span></span>` },
  { id: "state", title: t("running.state"), cell: (one) => html`<span class="review-state"><${State} review=${one} />${one.status === "InProgress" && html`<${Due} at=${one.endDateTime} zone=${one.timeZone} brief />`}</span>` },
  { id: "pace", title: t("running.pace"), hidePhone: true, cell: (one) => html`<${Sparkline} review=${one} />` },
  { id: "progress", title: t("running.decided"), cell: (one) => html`<${Progress} done=${decidedOf(one)} total=${one.counts.total} label=${t("running.progressOf", { name: one.accessPackage.displayName })} />` },
  needs === "reviewer"
    ? { id: "lacking", title: t("running.withoutReviewer"), right: true, cell: (one) => number(one.needsReviewer) }
    : { id: "reviewers", title: t("running.reviewersDone"), right: true, cell: (one) => t("kit.of", { done: one.reviewers.finished, total: one.reviewers.total }) },
];

function Closed() {
  const list = usePages("/api/v1/closed-reviews");
  return html`<${DataTable} caption=${t("running.view-closed")} columns=${closedColumns()} list=${list} onRow=${(one) => navigate(pageOf(one))}
    empty=${html`<${Empty} icon="clipboard-check" title=${t("running.none-closed")}>${t("running.noneClosedWhy")}<//>`} />`;
}

// One review as those see it who administer or audit it: how it stands, what can be done, and its parts as tabs.
import { Due, Skeleton, When } from "../kit/base.js";
import { PageHead, Tabs } from "../kit/layout.js";
import { ErrorNote, NotFound } from "../kit/telling.js";
import { get } from "../lib/api.js";
import { day } from "../lib/dates.js";
import { useLoad } from "../lib/hooks.js";
import { html, useEffect, useLayoutEffect } from "../lib/html.js";
import { useQuery } from "../lib/router.js";
import { t } from "../lib/texts.js";
import { Comparison, ComparisonNotice } from "../compared/parts.js";
import { State } from "../overview/state.js";
import { Actions } from "./actions.js";
import { Attention } from "./attention.js";
import { Removed } from "./removed.js";
import { Trail } from "./trail.js";
import { ProgressTab } from "./progress.js";
import { Results } from "./results.js";
import { Reviewers } from "./reviewers.js";
import { Settings } from "./settings.js";

const Compared = (told) => html`<${Comparison} ...${told} act />`;
const TABS = { progress: ProgressTab, results: Results, removals: Removed, reviewers: Reviewers, comparison: Compared, settings: Settings, audit: Trail };
const MOVING = ["Initializing", "Starting", "Completing", "AutoReviewing", "AutoReviewed", "Applying"];
const LOOK_AGAIN = 4_000;

/** The review, and for those who see all of it its progress and what could be done. */
async function loaded(id, signal) {
  const review = await get(`/api/v1/reviews/${id}`, { signal });
  if (!review.counts) return { review };
  const asked = ["progress", "consequences"].map((one) => get(`/api/v1/reviews/${id}/${one}`, { signal }).catch((problem) => refused(problem)));
  const [progress, possible] = await Promise.all(asked);
  return { review: { ...review, needs: needs(review, progress) }, progress, possible };
}

function refused(problem) {
  if (problem.status === 403) return null; // a reviewer, who sees the counts and no more
  throw problem;
}

function needs(review, progress) {
  if (review.status === "Failed") return "failed";
  if (review.waitingForConfirmation) return "confirmation";
  return progress?.late ? "late" : "";
}

export default function Review({ id }) {
  const { tab = "progress" } = useQuery();
  const { data, error, reload } = useLoad((signal) => loaded(id, signal), [id]);
  const review = data?.review;
  const moving = review && (MOVING.includes(review.status) || (review.stopped && review.status === "InProgress"));
  useEffect(() => {
    if (!moving) return undefined;
    const timer = setTimeout(reload, LOOK_AGAIN);
    return () => clearTimeout(timer);
  }, [moving, data]);
  useLayoutEffect(() => {
    if (review) document.title = t("frame.title", { page: review.displayName });
  }, [review]);
  const crumbs = [{ label: t("running.title"), href: "/admin/reviews" }];
  if (error?.status === 404 && !data) return html`<div class="page"><${NotFound} /></div>`;
  if (error && !data) return html`<div class="page"><${PageHead} crumbs=${crumbs} title=${t("running.one")} /><${ErrorNote} error=${error} retry=${reload} /></div>`;
  if (!data) return html`<div class="page" aria-busy="true"><${PageHead} crumbs=${crumbs} title=${html`<span class="skeleton review-title-coming"></span>`} /><${Skeleton} rows=${5} height=${72} /></div>`;
  const current = TABS[tab] ? tab : "progress";
  const Body = TABS[current];
  const tabs = data.progress && Object.keys(TABS).filter((one) => one !== "removals" || denied(review)).map((one) => ({ id: one, label: t(`running.tab-${one}`), href: one === "progress" ? `/admin/reviews/${id}` : `/admin/reviews/${id}?tab=${one}` }));
  return html`<div class="page">
    <${PageHead} crumbs=${[...crumbs, { label: seriesName(review), href: `/admin/series/${review.definitionId}` }]} title=${review.accessPackage.displayName}
      lede=${t("running.of", { policy: review.assignmentPolicy.displayName })} actions=${data.possible && html`<${Actions} review=${review} possible=${data.possible} reload=${reload} />`}>
      <div class="row-16"><${State} review=${review} />${dates(review)}</div>
    <//>
    ${data.possible && html`<${Attention} review=${review} possible=${data.possible} reload=${reload} />`}
    ${data.possible && html`<${ComparisonNotice} review=${review} />`}
    ${tabs ? html`<${Tabs} tabs=${tabs} current=${current} label=${t("running.parts")} /><${Body} ...${data} reload=${reload} />` : html`<p class="muted">${t("running.onlyHead")}</p>`}
  </div>`;
}

const denied = ({ outcome }) => outcome && outcome.denied + outcome.deniedByRule > 0;

const seriesName = (review) => t("running.seriesOf", { name: review.assignmentPolicy.displayName });

function dates(review) {
  if (review.status === "InProgress" && !review.stopped) return html`<${Due} at=${review.endDateTime} zone=${review.timeZone} />`;
  const closed = ["Completed", "Applying", "Applied"].includes(review.status);
  const span = t(closed ? "running.ranFrom" : "running.runsFrom", { start: day(review.startDateTime, review.timeZone), end: day(review.endDateTime, review.timeZone) });
  return html`<span class="muted small"><${When} at=${review.endDateTime} zone=${review.timeZone}>${span}<//></span>`;
}

// One review at its address: which of its faces is shown, from "not yet" to "closed".
import { Button, Skeleton } from "../kit/base.js";
import { Empty, ErrorNote } from "../kit/telling.js";
import { moment, now } from "../lib/dates.js";
import { get } from "../lib/api.js";
import { useLoad } from "../lib/hooks.js";
import { html, useEffect } from "../lib/html.js";
import { useMe } from "../lib/me.js";
import { here } from "../lib/place.js";
import { Link, match } from "../lib/router.js";
import { t } from "../lib/texts.js";
import "./bar.js"; // and all others below: named here so that a browser fetches them at once, not one after the other
import "./desk.js";
import "./dialogs.js";
import "./earlier.js";
import "./fresh.js";
import "./items.js";
import "./list.js";
import "./pane.js";
import "./reason.js";
import "./rows.js";
import "./telling.js";
import "./tools.js";
import "./unsent.js";
import "./view.js";
import "./words.js";
import { SelfReview } from "./borrowed.js";
import { Deciding, isOver } from "./deciding.js";
import { begin } from "./saving.js";

const OPENING = new Set(["NotStarted", "Initializing", "Starting"]);
const SOON = 5_000; // milliseconds until we look again whether a review has opened
const LONGEST = 2_000_000_000; // milliseconds a browser's timer can wait
const ADDRESS = "/reviews/{id}";

// Whoever follows a mail's link waits less: the briefing is asked for while the frame still asks who they are.
const first = match(ADDRESS, here());
let early = first && get(`/api/v1/reviews/${first.id}/briefing`);
early?.catch(() => {});

function brief(id, signal) {
  const found = first?.id === id && early ? early : get(`/api/v1/reviews/${id}/briefing`, { signal });
  early = null;
  return found;
}

/** `/reviews/{id}` */
export default function Review({ id }) {
  const me = useMe();
  const { data: briefing, error, reload } = useLoad((signal) => brief(id, signal), [id]);
  const opening = OPENING.has(briefing?.status);
  useEffect(() => begin(me.id), [me.id]);
  useEffect(() => {
    if (!briefing) return undefined;
    const end = new Date(briefing.endDateTime) - now();
    const timer = opening ? setTimeout(reload, SOON) : end > 0 ? setTimeout(reload, Math.min(end + SOON, LONGEST)) : 0;
    return () => clearTimeout(timer);
  }, [briefing]);
  useEffect(() => {
    if (briefing) document.title = t("frame.title", { page: briefing.accessPackage.displayName });
  }, [briefing]);
  if (error && !briefing) return error.status === 404 ? html`<${NotAsked} />` : html`<div class="page"><${ErrorNote} error=${error} retry=${reload} /></div>`;
  if (!briefing) return html`<${Coming} />`;
  if (!briefing.asked) return html`<${LookingOn} briefing=${briefing} />`;
  if (opening) return html`<${NotYet} briefing=${briefing} />`;
  if (briefing.asked.selfReview && briefing.asked.items <= 1) return html`<${SelfReview} id=${id} />`;
  if (!briefing.asked.items) return html`<${NothingToDo} briefing=${briefing} />`;
  return html`<${Deciding} briefing=${briefing} reload=${reload} closed=${briefing.status !== "InProgress" || isOver(briefing)} />`;
}

const Titled = ({ title, children }) => html`<div class="page page-narrow"><h1>${title}</h1>${children}</div>`;
const Home = () => html`<${Link} href="/" class="button button-plain">${t("kit.home")}<//>`;

/** The shape of what comes. */
const Coming = () => html`<div class="page review" aria-busy="true"><span class="unseen" role="status">${t("review.loading")}</span>
  <div class="review-head"><span class="skeleton" style=${{ width: "5rem" }}></span><span class="skeleton skeleton-title"></span><${Skeleton} lines=${2} /></div><${Skeleton} rows=${8} /></div>`;

const NotAsked = () => html`<div class="page page-narrow"><${Empty} icon="search" title=${html`<h1 class="empty-title">${t("review.notAsked")}</h1>`} action=${html`<${Home} />`}>${t("review.notAskedWhy")}<//></div>`;

const LookingOn = ({ briefing }) => html`<${Titled} title=${briefing.accessPackage.displayName}><${Empty} icon="eye" title=${t("review.lookingOn")}
  action=${html`<${Button} kind="primary" href="/admin/reviews/${briefing.id}">${t("review.seeReview")}<//>`}>${t("review.lookingOnWhy")}<//><//>`;

const NotYet = ({ briefing }) => html`<${Titled} title=${briefing.accessPackage.displayName}><${Empty} icon="hourglass" title=${t("review.notYet")} action=${html`<${Home} />`}>${t("review.notYetWhy", { when: moment(briefing.startDateTime, briefing.timeZone) })}<//><//>`;

const NothingToDo = ({ briefing }) => html`<${Titled} title=${briefing.accessPackage.displayName}><${Empty} icon="circle-check" title=${t("review.nothing")} action=${html`<${Home} />`}>${t("review.nothingWhy")}<//><//>`;

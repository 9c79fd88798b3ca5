// The person one looks at: what the package gives them, how they got it, what was decided before, what else they hold.
import { Avatar, Button, Icon, Skeleton, Tag, When } from "../kit/base.js";
import { Dialog, Sheet } from "../kit/floating.js";
import { Facts } from "../kit/layout.js";
import { ErrorNote } from "../kit/telling.js";
import { get } from "../lib/api.js";
import { ago, longDay, moment } from "../lib/dates.js";
import { html, useEffect, useState } from "../lib/html.js";
import { t } from "../lib/texts.js";
import { locked, Switch } from "./rows.js";
import { DECISIONS, earlier, right, suggestion } from "./words.js";

const ICONS = { AadGroup: "users", AadApplication: "layout-grid", SharePointOnline: "folder" };
const FEW = 6;
const PAUSE = 150; // milliseconds a person is looked at before anything is asked about them
const known = new Map(); // item and version -> {history, packages}

async function look(review, item) {
  const key = `${item.id} ${item.version}`;
  if (!known.has(key)) {
    const packages = get(`/api/v1/people/${item.personId}/packages`).then((found) => found.value, () => []); // they may hold none any more
    const history = await get(`/api/v1/reviews/${review}/items/${item.id}/history`);
    known.set(key, { history, packages: await packages });
  }
  return known.get(key);
}

/** Beside the list, or a sheet over it on a phone. */
export function Pane({ desk, phone }) {
  const { item } = desk;
  const close = () => {
    desk.setPane(false);
    document.querySelector(`[data-row="${item?.id}"]`)?.focus({ preventScroll: true });
  };
  const title = t("review.details");
  const inside = item ? html`<${Details} key=${item.id} item=${item} desk=${desk} />` : html`<p class="muted">${t("review.chooseSomebody")}</p>`;
  if (phone) return html`<${Dialog} title=${title} close=${close}>${inside}<//>`;
  return html`<${Sheet} title=${title} close=${close}>${inside}<//>`;
}

function Details({ item, desk }) {
  const [found, setFound] = useState(null);
  const [error, setError] = useState(null);
  useEffect(() => {
    let current = true;
    const ask = () => look(desk.briefing.id, item).then((all) => current && (setFound(all), setError(null)), (problem) => current && setError(problem));
    const timer = setTimeout(ask, known.has(`${item.id} ${item.version}`) ? 0 : PAUSE);
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [item.id, item.version]);
  return html`<div class="pane">
    <${Head} item=${item} desk=${desk} />
    <${Gives} desk=${desk} />
    ${error && html`<${ErrorNote} error=${error} />`}
    ${!found && !error && html`<${Skeleton} lines=${5} />`}
    ${found && html`<${HowGot} item=${item} packages=${found.packages} />
      <${Submissions} history=${found.history} />
      <${Former} reviews=${found.history.earlierReviews} />
      <${Others} item=${item} packages=${found.packages} />`}
  </div>`;
}

function Head({ item, desk }) {
  const why = locked(item, desk);
  const { tone, icon, text, why: because } = suggestion(item, desk.briefing.startDateTime);
  return html`<section class="pane-head">
    <div class="person"><${Avatar} name=${item.name} id=${item.personId} size=${44} /><div class="person-words"><h3>${item.name}</h3><span class="person-detail">${[item.title, item.department].filter(Boolean).join(" · ")}</span><span class="person-detail clip">${item.address}</span></div></div>
    ${desk.rules.recommendations && html`<p class="hint hint-${tone}"><${Icon} name=${icon} /><span><strong>${text}</strong>: ${because}</span></p>`}
    ${why ? html`<p class="muted">${why}</p>` : html`<${Switch} item=${item} choose=${(decision) => desk.choose(item.id, decision)} />`}
    ${item.changes.length > 0 && html`<p class="row">${item.changes.map((change) => html`<${Tag} key=${change} tone="accent">${t(`review.changed_${change}`)}<//>`)}</p>`}
    ${item.manager && html`<${Facts} rows=${[[t("review.manager"), item.manager.displayName]]} />`}
  </section>`;
}

const Gives = ({ desk: { briefing } }) => html`<section><h3>${t("review.gives", { package: briefing.accessPackage.displayName })}</h3>
  ${briefing.accessPackage.description && html`<p>${briefing.accessPackage.description}</p>`}
  ${briefing.grants.length > 0 ? html`<ul class="grant-list">${briefing.grants.map((one) => html`<li key=${one.displayName + one.role}><${Icon} name=${ICONS[one.originSystem] || "key-round"} />
    <span>${right(one)}${one.description && html`<span class="cell-detail">${one.description}</span>`}</span></li>`)}</ul>` : html`<p class="muted">${t("review.givesNothing")}</p>`}
</section>`;

function HowGot({ item, packages }) {
  const held = packages.find((one) => one.assignmentId === item.assignment);
  const request = held?.request;
  const how = !held ? "" : !request ? t("review.imported") : request.requestorId === item.personId ? t("review.askedThemselves") : request.requestorName ? t("review.assignedBy", { name: request.requestorName }) : t("review.assigned");
  return html`<section><h3>${t("review.howGot")}</h3><${Facts} rows=${[
    [t("review.sinceWord"), html`<${When} at=${item.since}>${longDay(item.since)}<//> <span class="muted">(${ago(item.since)})</span>`],
    [t("review.untilWord"), held && (held.endDateTime ? html`<${When} at=${held.endDateTime}>${longDay(held.endDateTime)}<//>` : t("review.noEnd"))],
    [t("review.how"), how],
    [t("review.policy"), held?.assignmentPolicy.displayName],
  ]} /></section>`;
}

const Said = ({ one }) => html`<${Tag} tone=${DECISIONS[one.decision].tone} icon=${DECISIONS[one.decision].icon}>${t(DECISIONS[one.decision].done)}<//>`;

const who = (one) => {
  if (one.byRule) return t("review.byRule");
  if (!one.reviewedBy) return "";
  return one.onBehalfOf ? t("review.forSomebody", { name: one.reviewedBy.displayName, other: one.onBehalfOf.displayName }) : one.reviewedBy.displayName;
};

function Submissions({ history }) {
  if (!history.submissions.length) return null;
  return html`<section><h3>${t("review.soFar")}</h3><ol class="past">${[...history.submissions].reverse().map((one, place) => html`<li key=${place}>
    <span class="row"><${Said} one=${one} /><span class="small muted">${[who(one), moment(one.reviewedDateTime)].filter(Boolean).join(" · ")}</span></span>
    ${one.justification && html`<p class="said">${t("review.quoted", { reason: one.justification })}</p>`}
    ${one.privateNote && html`<p class="small muted"><${Icon} name="eye-off" size=${14} /> ${t("review.noteSaid", { note: one.privateNote })}</p>`}</li>`)}</ol></section>`;
}

function Former({ reviews }) {
  return html`<section><h3>${t("review.former")}</h3>${reviews.length === 0 ? html`<p class="muted">${t("review.noFormer")}</p>` : html`<ol class="past">${reviews.map((one) => html`<li key=${one.itemId}>
    <span class="row">${one.last ? html`<${Said} one=${{ ...one, decision: one.decision }} />` : html`<${Tag}>${earlier(one)}<//>`}<span class="small muted">${[longDay(one.endDateTime), one.last && who(one.last)].filter(Boolean).join(" · ")}</span></span>
    ${one.last?.justification && html`<p class="said">${t("review.quoted", { reason: one.last.justification })}</p>`}</li>`)}</ol>`}</section>`;
}

function Others({ item, packages }) {
  const [all, setAll] = useState(false);
  const others = packages.filter((one) => one.assignmentId !== item.assignment);
  return html`<section><h3>${t("review.others")}</h3>${others.length === 0 ? html`<p class="muted">${t("review.noOthers")}</p>` : html`<ul class="other-list">${(all ? others : others.slice(0, FEW)).map((one) => html`<li key=${one.assignmentId}>
    <span>${one.accessPackage.displayName}</span><span class="small muted">${t("review.since", { day: longDay(one.startDateTime) })}</span></li>`)}</ul>
    ${others.length > FEW && !all && html`<${Button} small onClick=${() => setAll(true)}>${t("review.showOthers", { count: others.length })}<//>`}`}</section>`;
}

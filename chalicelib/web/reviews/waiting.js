// "/waiting": everything that waits for one reviewer, across all their reviews, on one page: by person or by package.
import { Button, Due, Progress, Skeleton } from "../kit/base.js";
import { Confirm } from "../kit/floating.js";
import { Chip, PageHead, Section } from "../kit/layout.js";
import { Empty, ErrorNote, Notice } from "../kit/telling.js";
import { due, moment } from "../lib/dates.js";
import { useKeys, useLoad } from "../lib/hooks.js";
import { html, useMemo } from "../lib/html.js";
import { useMe } from "../lib/me.js";
import { Link, setQuery, useQuery } from "../lib/router.js";
import { t } from "../lib/texts.js";
import { ReasonDialog } from "../review/reason.js";
import { LastAction, Refusals, SaveState } from "../review/telling.js";
import { isOwn, loadReviews } from "./load.js";
import { chosen, grouped, useWaiting } from "./waiting-desk.js";
import { Group } from "./waiting-rows.js";

export default function Waiting() {
  const { data, error, reload } = useLoad(loadReviews, []);
  if (error && !data) return html`<div class="page page-reviews"><${PageHead} title=${t("reviews.waitingHeading")} /><${ErrorNote} error=${error} retry=${reload} /></div>`;
  if (!data) return html`<${Loading} />`;
  return html`<${Everything} data=${data} />`;
}

const Loading = () => html`<div class="page page-reviews" aria-busy="true"><${PageHead} title=${t("reviews.waitingHeading")} lede=${t("reviews.looking")} /><${Skeleton} rows=${6} height=${64} /></div>`;

function Everything({ data }) {
  const me = useMe();
  const { together, apart } = useMemo(() => chosen(data.waiting), [data]);
  const desk = useWaiting(together, me);
  const wished = useQuery().by;
  const by = ["person", "package"].includes(wished) ? wished : somebodyTwice(desk.rows) ? "person" : "package";
  const order = desk.rows.map((row) => row.id).sort().join();
  const places = useMemo(() => grouped(desk.rows, by).map(({ key, rows }) => ({ key, ids: rows.map((row) => row.id) })), [order, by]);
  const byId = new Map(desk.rows.map((row) => [row.id, row]));
  const groups = places.map(({ key, ids }) => ({ key, rows: ids.map((id) => byId.get(id)) }));
  useRowKeys(groups.flatMap((group) => group.rows.map((row) => row.id)), desk);
  if (!desk.loaded) return html`<${Loading} />`;
  const open = desk.rows.filter((row) => row.item.decision === "NotReviewed").length;
  const people = new Set(desk.rows.map((row) => row.item.personId)).size;
  const lede = desk.rows.length > 0 && t("reviews.waitingLede", { decisions: t("reviews.decisions", { count: desk.rows.length }), people: t("reviews.people", { count: people }), packages: t("reviews.packages", { count: together.length }), due: due(together[0].endDateTime) });
  return html`<div class="page page-reviews">
    <${PageHead} title=${t("reviews.waitingHeading")} lede=${lede || undefined} />
    ${data.waiting.some(isOwn) && html`<${Own} reviews=${data.waiting.filter(isOwn)} />`}
    ${desk.failed.length > 0 && html`<${ErrorNote} error=${desk.failed[0].items.error} retry=${desk.reload} />`}
    ${desk.rows.length === 0 && !desk.failed.length && !apart.length && html`<${Empty} icon="circle-check" title=${t(data.waiting.length ? "reviews.nothingElse" : "reviews.nothing")} action=${html`<${Button} href="/">${t("reviews.selfToReviews")}<//>`}>${t("reviews.waitingNothing")}<//>`}
    ${desk.rows.length > 0 && html`<${Tools} by=${by} desk=${desk} open=${open} />
      <${Refusals} saving=${desk.saving} />
      ${open === 0 && html`<${Notice} tone="approve" title=${t("reviews.waitingDone", { count: desk.rows.length })} action=${html`<${Button} small href="/">${t("reviews.selfToReviews")}<//>`}>${t("reviews.selfChange", { when: moment(together[0].endDateTime) })}<//>`}
      <div class="waiting-groups">${groups.map((group) => html`<${Group} key=${group.key} group=${group} by=${by} desk=${desk} />`)}</div>`}
    ${apart.length > 0 && html`<${Apart} reviews=${apart} />`}
    ${desk.rows.length > 0 && html`<p class="muted small waiting-keys">${t("reviews.keys")}</p>`}
    <${LastAction} desk=${desk} />
    ${desk.editing?.ids && html`<${ReasonDialog} wish=${desk.editing} save=${desk.saveReason} close=${desk.cancelEdit} />`}
    ${desk.sure && html`<${AtOnce} desk=${desk} />`}
  </div>`;
}

/** Has anybody more than one row? Where nobody has, people one by one would only make a longer page. */
const somebodyTwice = (rows) => new Set(rows.map((row) => row.item.personId)).size < rows.length;

/** Questions about one's own access have a page of their own. */
const Own = ({ reviews }) => html`<${Notice} tone="accent" icon="circle-question-mark" action=${html`<${Button} small href="/reviews/${reviews[0].id}">${t("reviews.answer")}<//>`}>
  ${t("reviews.waitingOwn", { count: reviews.length, package: reviews[0].accessPackage.displayName })}<//>`;

/** How it is grouped, how far one is, whether it is saved. */
const Tools = ({ by, desk, open }) => html`<div class="waiting-tools">
  <div class="row" role="group" aria-label=${t("reviews.groupBy")}>${["person", "package"].map((one) => html`<${Chip} key=${one} on=${by === one} onClick=${() => setQuery({ by: one })}>${t(`reviews.by_${one}`)}<//>`)}</div>
  <div class="waiting-far"><${Progress} done=${desk.rows.length - open} total=${desk.rows.length} /></div>
  <${SaveState} saving=${desk.saving} />
</div>`;

/** Reviews with too many people for this page. */
const Apart = ({ reviews }) => html`<${Section} title=${t("reviews.apart")} note=${t("reviews.apartNote")}><ul class="todos">${reviews.map((one) => html`<li class="stand-away" key=${one.id}>
  <span class="grow"><${Link} href="/reviews/${one.id}">${one.accessPackage.displayName}<//> <span class="muted">${t("reviews.decisions", { count: one.undecided })}</span></span><${Due} at=${one.endDateTime} zone=${one.timeZone} /></li>`)}</ul><//>`;

/** A Deny that takes effect at once, for a whole group. */
function AtOnce({ desk }) {
  const rows = desk.sure;
  const now = rows.filter((row) => row.review.removes === "atOnce").length;
  const act = async () => desk.chooseAll(rows, "Deny", true);
  return html`<${Confirm} danger title=${t("reviews.denyAll", { count: rows.length })} label=${t("reviews.deny")} act=${act} close=${() => desk.setSure(null)}><p>${t("reviews.denyNow", { count: now })}</p><//>`;
}

/** j and k move, a, d and u decide, z takes back. */
function useRowKeys(ids, desk) {
  const move = (by) => {
    const at = ids.indexOf(desk.current);
    const next = ids[Math.min(Math.max(at < 0 ? 0 : at + by, 0), ids.length - 1)];
    const row = next && document.querySelector(`[data-row="${next}"]`);
    row?.focus({ preventScroll: true });
    row?.scrollIntoView({ block: "nearest" });
  };
  const decide = (decision) => desk.current && desk.choose(desk.current, decision);
  useKeys({ j: () => move(1), k: () => move(-1), a: () => decide("Approve"), d: () => decide("Deny"), u: () => decide("DontKnow"), z: () => desk.undo() }, ids.length > 0);
}

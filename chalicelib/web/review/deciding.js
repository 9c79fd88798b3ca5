// The page of a reviewer who is asked: head, tools, rows, what is beside them and at the foot, and the keys.
import { Button, Due, Icon, Progress } from "../kit/base.js";
import { ErrorNote, Notice } from "../kit/telling.js";
import { moment, now } from "../lib/dates.js";
import { useKeys, useMedia, usePhone } from "../lib/hooks.js";
import { html, useEffect, useLayoutEffect, useMemo, useRef, useState } from "../lib/html.js";
import { useMe } from "../lib/me.js";
import { Link, useQuery } from "../lib/router.js";
import { list, t } from "../lib/texts.js";
import { SelectionBar } from "./bar.js";
import { useDesk } from "./desk.js";
import { Accept, DenyNow, Help } from "./dialogs.js";
import { HandOver } from "./borrowed.js";
import { useFresh } from "./fresh.js";
import { VirtualList } from "./list.js";
import { Pane } from "./pane.js";
import { ReasonDialog } from "./reason.js";
import { Ghost, Heading, Row } from "./rows.js";
import { LastAction, News, Refusals, SaveState } from "./telling.js";
import { Columns, NoMatch, Tools } from "./tools.js";
import { asked, counted, matching, rowsOf, waits } from "./view.js";
import { consequence } from "./words.js";

const ROW = 56;
const CARD = 172;
const HEADING = 44;

/** `briefing` as the API gives it; `reload` asks for it anew; `closed`: nothing can be decided any more. */
export function Deciding({ briefing, reload, closed }) {
  const me = useMe();
  const phone = usePhone();
  const wide = useMedia("(min-width: 70rem)");
  const desk = useDesk(briefing, me, closed);
  const wanted = asked(useQuery());
  const [only, setOnly] = useState(null);
  const handle = useRef({}).current;
  const { items } = desk;
  const known = counted(items.all);
  desk.manyManagers = known.managers > 1;
  useFresh(briefing, items, reload, closed);

  const key = JSON.stringify(wanted);
  const shown = useMemo(() => matching(items.all, wanted).filter((one) => !only || only.has(one.id)), [key, items.changes, items.loaded, only]);
  const narrowed = wanted.q || wanted.department || wanted.show.length || wanted.group;
  const missing = items.loaded || narrowed ? 0 : Math.max(items.expected - shown.length, 0);
  const rows = useMemo(() => [...rowsOf(shown, wanted), ...Array.from({ length: missing }, (_, place) => ({ ghost: true, id: `ghost ${place}` }))], [shown, wanted.group, missing]);
  desk.rows.current = useMemo(() => rows.filter((row) => row.id && !row.ghost).map((row) => row.id), [rows]);
  const heightOf = useMemo(() => (row) => (row.heading ? HEADING : phone ? CARD : ROW), [phone]);
  const undecided = known.counts.undecided;
  usePosition(desk, handle, rows);
  useGoal(desk, handle, rows);
  useReviewKeys(desk);

  const total = items.loaded ? items.byId.size : items.expected;
  const left = items.loaded ? undecided : Math.max(briefing.asked.undecided, undecided);
  const draw = (row, place) => row.ghost ? html`<${Ghost} />` : row.heading ? html`<${Heading} row=${row} place=${place} page=${desk} />` : html`<${Row} item=${items.byId.get(row.id)} place=${place} page=${desk} />`;
  const close = () => desk.setAsking(null);
  return html`<div class="page review${desk.pane && wide ? " review-with-pane" : ""}${desk.selected.size ? " review-selecting" : ""}">
    <div class="review-main">
      <${Head} briefing=${briefing} desk=${desk} closed=${closed} total=${total} left=${left} />
      <${Refusals} saving=${desk.saving} reconsider=${desk.reconsider} />
      <${News} items=${items} show=${(ids) => setOnly(new Set(ids))} />
      ${!closed && items.loaded && undecided === 0 && total > 0 && html`<${AllDecided} briefing=${briefing} total=${total} />`}
      <div class="review-tools"><${Tools} wanted=${wanted} known=${known} loaded=${items.loaded} desk=${desk}><${SaveState} saving=${desk.saving} /><//></div>
      ${only && html`<p class="row only"><span>${t("review.onlyNews", { count: only.size })}</span><button type="button" class="link-button" onClick=${() => setOnly(null)}>${t("review.showAll")}</button></p>`}
      ${items.error && html`<${ErrorNote} error=${items.error} retry=${() => items.load()} />`}
      ${items.loaded && !shown.length ? html`<${NoMatch} />` : html`<${VirtualList} rows=${rows} heightOf=${heightOf} draw=${draw} openId=${desk.editing?.id} handle=${handle}
        label=${t("review.people", { package: briefing.accessPackage.displayName })} columns=${html`<${Columns} desk=${desk} ids=${desk.rows.current} />`} above=${phone ? 8 : 120} below=${phone ? 150 : 80} />`}
    </div>
    ${desk.pane && html`<${Pane} desk=${desk} phone=${!wide} />`}
    <${LastAction} desk=${desk} />
    ${desk.selected.size > 0 && html`<${SelectionBar} desk=${desk} matching=${desk.rows.current} undecided=${desk.rows.current.filter((id) => waits(items.byId.get(id)))} loaded=${items.loaded} />`}
    ${desk.asking === "accept" && html`<${Accept} desk=${desk} close=${close} />`}
    ${desk.asking === "help" && html`<${Help} close=${close} />`}
    ${desk.asking?.deny && html`<${DenyNow} desk=${desk} ids=${desk.asking.deny} close=${close} />`}
    ${desk.asking?.handOver && html`<${HandOver} review=${briefing} items=${desk.asking.handOver} close=${close} done=${() => (desk.setSelected(new Set()), reload(), items.load())} />`}
    ${desk.editing?.ids && html`<${ReasonDialog} wish=${desk.editing} save=${desk.saveReason} close=${desk.cancelEdit} />`}
  </div>`;
}

function Head({ briefing, desk, closed, total, left }) {
  const [does, silence] = consequence(briefing);
  const helps = desk.rules.recommendations && !closed && left > 0;
  const behalf = briefing.asked.onBehalfOf.map((one) => one.displayName);
  return html`<header class="review-head">
    <nav class="crumbs" aria-label=${t("kit.crumbs")}><${Link} href="/">${t("review.crumb")}<//></nav>
    <div class="page-head-row"><div><h1>${briefing.accessPackage.displayName}</h1>
      <p class="page-lede">${closed ? t("review.closedLede") : html`${does} ${left > 0 && silence}`}</p></div>
      ${helps && html`<${Button} icon="sparkles" disabled=${!desk.items.loaded} onClick=${() => desk.setAsking("accept")}>${t("review.accept")}<//>`}</div>
    <div class="review-facts"><${Due} at=${briefing.endDateTime} zone=${briefing.timeZone} />
      <span class="review-progress"><${Progress} done=${total - left} total=${total} label=${t("review.progress")} /></span>
      ${behalf.length > 0 && html`<span class="small muted">${t("review.behalf", { names: list(behalf) })}</span>`}</div>
    ${desk.rules.text && html`<p class="review-text"><${Icon} name="info" /><span>${desk.rules.text}</span></p>`}
  </header>`;
}

const AllDecided = ({ briefing, total }) => html`<${Notice} tone="approve" title=${t("review.allDecided", { count: total })} action=${html`<${Link} href="/" class="button button-plain">${t("review.back")}<//>`}>
  ${t(briefing.rules.removes === "atOnce" ? "review.mindAtOnce" : "review.mind", { when: moment(briefing.endDateTime) })}<//>`;

/** When rows change places, the one somebody stands on stays where it is on the screen. */
function usePosition(desk, handle, rows) {
  const before = useRef(null);
  const place = () => rows.findIndex((row) => row.id === desk.current);
  useLayoutEffect(() => {
    const at = place();
    if (before.current?.id === desk.current && at >= 0 && before.current.rows !== rows) {
      const moved = handle.topOf?.(at) - before.current.top;
      if (moved && before.current.top > 0 && before.current.top < innerHeight) scrollBy({ top: moved, behavior: "instant" });
    }
    before.current = at >= 0 && handle.topOf ? { id: desk.current, rows, top: handle.topOf(at) } : null;
  });
}

/** The row that is to have the focus gets it, in view. */
function useGoal(desk, handle, rows) {
  useLayoutEffect(() => {
    const id = desk.goal.current;
    if (!id) return;
    handle.show?.(rows.findIndex((row) => row.id === id));
    const row = document.querySelector(`[data-row="${id}"]`);
    if (!row) return; // drawn when the list has scrolled
    row.focus({ preventScroll: true });
    desk.goal.current = "";
  });
}

/** The keys; they never act while something is typed or a dialog is open. */
function useReviewKeys(desk) {
  const elsewhere = (event) => event.target.closest?.("button,a,input,summary");
  const decide = (decision) => () => {
    if (desk.selected.size) desk.chooseMany(desk.rows.current.filter((id) => desk.selected.has(id)), decision);
    else if (desk.current) desk.choose(desk.current, decision, true);
    else return false;
    return true;
  };
  const move = (by, extend) => () => desk.move(desk.current ? by : 0, extend);
  const here = (act) => (event) => (elsewhere(event) || !desk.current ? false : act());
  useKeys({
    j: move(1), k: move(-1), ArrowDown: move(1), ArrowUp: move(-1), J: move(1, true), K: move(-1, true), "shift+ArrowDown": move(1, true), "shift+ArrowUp": move(-1, true),
    a: decide("Approve"), d: decide("Deny"), u: decide("DontKnow"),
    r: () => (desk.current ? desk.edit(desk.current) : false),
    z: () => desk.undo(),
    " ": here(() => desk.pick(desk.current, false)),
    Enter: here(() => desk.open(desk.current)),
    "/": () => document.getElementById("search")?.focus(),
    "?": () => desk.setAsking("help"),
    Escape: () => (desk.editing ? desk.cancelEdit() : desk.selected.size ? desk.setSelected(new Set()) : false),
  });
}

/** Is its time over? */
export const isOver = (briefing) => new Date(briefing.endDateTime) <= now();

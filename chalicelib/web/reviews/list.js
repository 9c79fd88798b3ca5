// "/": the reviews that wait for the one who looks, most urgent first; beneath, what is decided and what is closed.
import { Button, Due, Icon, Progress, Skeleton, When } from "../kit/base.js";
import { Menu } from "../kit/floating.js";
import { PageHead, Section } from "../kit/layout.js";
import { Empty, ErrorNote } from "../kit/telling.js";
import { due } from "../lib/dates.js";
import { useLoad } from "../lib/hooks.js";
import { html, useEffect, useRef, useState } from "../lib/html.js";
import { useMe } from "../lib/me.js";
import { Link, navigate } from "../lib/router.js";
import { t } from "../lib/texts.js";
import { ClosedReviews } from "./closed.js";
import { HandOver, TakeBack } from "./hand-over.js";
import { isElsewhere, isOwn, loadReviews, question } from "./load.js";

/** One who arrives (and does not come from another page of ours) with a single review goes straight to it. */
function useStraight(data) {
  const arrives = useRef(history.state === null); // as it was: going there changes it
  const straight = arrives.current && data?.waiting.length === 1 && data.decided.length + data.elsewhere.length === 0 ? data.waiting[0] : null;
  useEffect(() => void (straight && navigate(`/reviews/${straight.id}`, { replace: true })), [straight]);
  return straight;
}

export default function Reviews() {
  const { data, error, reload } = useLoad(loadReviews, []);
  const [asking, setAsking] = useState(null);
  const straight = useStraight(data);
  if (error && !data) return html`<div class="page page-reviews"><${PageHead} title=${t("reviews.heading")} /><${ErrorNote} error=${error} retry=${reload} /></div>`;
  if (!data || straight) return html`<div class="page page-reviews" aria-busy="true"><${PageHead} title=${t("reviews.heading")} lede=${t("reviews.looking")} /><${Skeleton} rows=${4} height=${84} /></div>`;
  const { waiting, elsewhere, decided, closed, names, more } = data;
  const shown = { names, ask: setAsking };
  const people = waiting.filter((one) => !isOwn(one));
  const all = people.length > 1 && html`<${Button} href="/waiting" icon="inbox">${t("reviews.allTogether")}<//>`;
  return html`<div class="page page-reviews">
    <${PageHead} title=${t("reviews.heading")} lede=${lede(waiting)} actions=${all} />
    ${waiting.length === 0 && html`<${Nothing} decided=${decided} closed=${closed} />`}
    ${waiting.length > 0 && html`<ul class="todos">${waiting.map((one, place) => html`<${Row} key=${one.id} review=${one} first=${place === 0} level=${2} ...${shown} />`)}</ul>`}
    ${elsewhere.length > 0 && html`<${Section} title=${t("reviews.elsewhere")} note=${t("reviews.elsewhereNote")}>
      <ul class="todos">${elsewhere.map((one) => html`<${Row} key=${one.id} review=${one} level=${3} ...${shown} />`)}</ul><//>`}
    ${decided.length > 0 && html`<${Section} title=${t("reviews.decided")} note=${t("reviews.decidedNote")}>
      <ul class="todos">${decided.map((one) => html`<${Row} key=${one.id} review=${one} level=${3} ...${shown} />`)}</ul><//>`}
    <${ClosedReviews} reviews=${closed} more=${more} />
    ${asking?.hand && html`<${HandOver} review=${asking.hand} close=${() => setAsking(null)} done=${reload} />`}
    ${asking?.back && html`<${TakeBack} ...${asking.back} close=${() => setAsking(null)} done=${reload} />`}
  </div>`;
}

function lede(waiting) {
  if (!waiting.length) return undefined;
  const count = waiting.reduce((sum, one) => sum + one.undecided, 0);
  return t(waiting.length > 1 ? "reviews.lede" : "reviews.ledeOne", { decisions: t("reviews.decisions", { count }), reviews: t("reviews.reviews", { count: waiting.length }), due: due(waiting[0].endDateTime) });
}

const Nothing = ({ decided, closed }) => html`<${Empty} icon=${decided.length ? "circle-check" : "inbox"}
  title=${t(decided.length ? "reviews.allDone" : "reviews.nothing")} action=${useMe().reads && html`<${Button} href="/admin">${t("reviews.toOverview")}<//>`}>${t(decided.length ? "reviews.allDoneWhy" : closed.length ? "reviews.nothingWhy" : "reviews.nothingYet")}<//>`;

/** One review: what, until when, how far, and the way in. */
function Row({ review, first, level, names, ask }) {
  const { accessPackage, endDateTime, timeZone, items, undecided, id } = review;
  const done = items - undecided;
  const own = isOwn(review);
  const label = undecided === 0 ? "again" : own ? "answer" : done ? "continue" : "start";
  return html`<li class="todo">
    <div class="todo-what"><${`h${level}`} class="todo-name"><${Link} class="todo-link" href="/reviews/${id}">${accessPackage.displayName}<//><//>
      <p class="muted">${question(review)}</p><${Notes} ...${{ review, names, ask }} /></div>
    <div class="todo-when"><${Due} at=${endDateTime} zone=${timeZone} brief /><${When} at=${endDateTime} zone=${timeZone} /></div>
    <div class="todo-far">${!own && html`<${Progress} done=${done} total=${items} label=${t("reviews.progressOf", { package: accessPackage.displayName })} />`}</div>
    <div class="todo-act">
      ${review.mayHandOver && !isElsewhere(review) && html`<${Menu} kind="quiet" label=${t("reviews.moreOf", { package: accessPackage.displayName })} items=${[{ label: t("reviews.handAll"), icon: "forward", act: () => ask({ hand: review }) }]} />`}
      <${Button} kind=${first ? "primary" : "plain"} href="/reviews/${id}" aria-label=${t("reviews.actOn", { act: t(`reviews.${label}`), package: accessPackage.displayName })}>${t(`reviews.${label}`)}<//>
    </div>
  </li>`;
}

/** For whom one decides here, and who decides in one's own place. */
function Notes({ review, names, ask }) {
  const back = (one) => ask({ back: { review, to: one.to, name: names.get(one.to) || t("reviews.somebody") } });
  return html`${review.onBehalfOf.map((who) => html`<p class="todo-note" key=${who}><${Icon} name="reply" size=${14} />${t("reviews.behalf", { name: names.get(who) || t("reviews.somebody") })}</p>`)}
    ${review.handedOver.map((one) => html`<p class="todo-note" key=${one.to}><${Icon} name="forward" size=${14} />
      <span>${t(one.items.length ? "reviews.gaveSome" : "reviews.gave", { name: names.get(one.to) || t("reviews.somebody"), count: one.items.length })}</span>
      <button type="button" class="link-button" onClick=${() => back(one)}>${t("reviews.back")}</button></p>`)}`;
}

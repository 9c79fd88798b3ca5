// What the page says by itself: how saving goes, what was done last, what was refused, what others did meanwhile.
import { Button, Icon } from "../kit/base.js";
import { Notice } from "../kit/telling.js";
import { moment } from "../lib/dates.js";
import { html, useEffect, useState } from "../lib/html.js";
import { list, t } from "../lib/texts.js";
import { decide, dismiss, hurry } from "./saving.js";
import { DECISIONS } from "./words.js";

const SHOWN = 10_000; // milliseconds that undoing is offered

/** "Saved", quietly; loud only when there is no connection. */
export function SaveState({ saving }) {
  const count = saving.waiting.size;
  const look = { idle: null, saving: ["loader-circle", t("review.saving")], saved: ["cloud-check", t("review.saved")], waiting: ["cloud-off", t("review.kept", { count })] }[saving.state];
  return html`<span class="save-state save-${saving.state}" role="status">${look && html`<${Icon} name=${look[0]} /><span>${look[1]}</span>`}
    ${saving.state === "waiting" && html`<button type="button" class="link-button" onClick=${hurry}>${t("review.tryNow")}</button>`}</span>`;
}

/** What was done last, with Undo for ten seconds. */
export function LastAction({ desk }) {
  const { last } = desk;
  const [gone, setGone] = useState(true);
  useEffect(() => {
    setGone(!last);
    if (!last) return undefined;
    const timer = setTimeout(() => setGone(true), SHOWN);
    return () => clearTimeout(timer);
  }, [last]);
  return html`<div class="last-action" role="status">${!gone && last && html`<span class="toast"><span class="clip">${last.text}</span>
    ${last.undo && html`<button type="button" class="toast-action" onClick=${desk.undo}>${t("kit.undo")} <kbd aria-hidden="true">Z</kbd></button>`}</span>`}</div>`;
}

/** Decisions the server did not take: what stands instead, and the choice that is left; `reconsider(wish)` asks for the
 * reason that replacing a Deny takes. */
export function Refusals({ saving, reconsider }) {
  if (!saving.refusals.length) return null;
  return html`<${Notice} tone="unsure" title=${t("review.refused", { count: saving.refusals.length })}>
    <ul class="refusals">${saving.refusals.slice(0, 5).map((one) => html`<${Refused} key=${one.wish.item} one=${one} reconsider=${reconsider} />`)}</ul>
    ${saving.refusals.length > 1 && html`<${Button} small onClick=${() => dismiss(saving.refusals.map((one) => one.wish.item))}>${t("review.dismissAll")}<//>`}
  <//>`;
}

function Refused({ one: { wish, error, current }, reconsider }) {
  const stands = current?.by && error.status === 412;
  const again = () => decide([{ ...wish, version: current.version, before: { decision: current.decision, justification: current.justification } }]);
  const needsReason = wish.decision !== "Deny" && current?.decision === "Deny" && !wish.justification; // G16
  const told = stands
    ? t("review.refusedBy", { name: wish.name, who: current.by.displayName, theirs: t(DECISIONS[current.decision].done), when: moment(current.at) })
    : t("review.refusedWhy", { name: wish.name, why: error.message });
  return html`<li><span>${told}</span> <span class="row">
    ${stands && (reconsider || !needsReason) && html`<button type="button" class="link-button" onClick=${needsReason ? () => reconsider(wish) : again}>${t("review.decideAnyway", { decision: t(DECISIONS[wish.decision].text) })}</button>`}
    <button type="button" class="link-button" onClick=${() => dismiss([wish.item])}>${t(stands ? "review.keepTheirs" : "kit.dismiss")}</button></span></li>`;
}

/** What fellow reviewers decided while this page was open. */
export function News({ items, show }) {
  const { news } = items;
  if (!news.length) return null;
  const who = list([...new Set(news.map((one) => one.by?.displayName).filter(Boolean))]);
  const what = news.length === 1 ? t("review.newsOne", { who, name: news[0].name, what: t(DECISIONS[news[0].decision].done) }) : t("review.newsMany", { who, count: news.length });
  const seen = () => {
    items.news = [];
    items.tell();
  };
  return html`<${Notice} tone="accent" icon="users" action=${html`<span class="row">${news.length <= 200 && html`<${Button} small onClick=${() => show(news.map((one) => one.id))}>${t("review.newsShow")}<//>`}<${Button} small kind="quiet" onClick=${seen}>${t("kit.dismiss")}<//></span>`}>${what}<//>`;
}

// The closed reviews beneath the list: how each ended, as far as its reviewer knows it; older ones when asked for.
import { Button, Icon, When } from "../kit/base.js";
import { Section } from "../kit/layout.js";
import { ErrorNote } from "../kit/telling.js";
import { following, get } from "../lib/api.js";
import { due } from "../lib/dates.js";
import { html, useState } from "../lib/html.js";
import { Link } from "../lib/router.js";
import { t } from "../lib/texts.js";
import { isClosed, isOwn, sorted } from "./load.js";

const FIRST = 5;
const MARKS = { approved: ["circle-check", "approve"], denied: ["circle-x", "deny"], dontKnow: ["circle-question-mark", "unsure"], notReviewed: ["circle-minus", "plain"], cancelled: ["circle-minus", "plain"] };

/** `reviews` those known so far, `more` the address of the next page of older ones. */
export function ClosedReviews({ reviews, more }) {
  const [older, setOlder] = useState({ rows: [], next: more, error: null, busy: false });
  const [shown, setShown] = useState(FIRST);
  const rows = [...reviews, ...older.rows];
  if (!rows.length) return null;
  const next = async () => {
    setShown(shown + 20);
    if (rows.length > shown + 20 || !older.next) return;
    setOlder({ ...older, busy: true, error: null });
    try {
      const page = await get(older.next);
      setOlder({ rows: [...older.rows, ...sorted(page.value).closed], next: following(page), error: null, busy: false });
    } catch (error) {
      setOlder({ ...older, error, busy: false });
    }
  };
  return html`<${Section} title=${t("reviews.closed")}>
    <ul class="todos">${rows.slice(0, shown).map((one) => html`<${Closed} key=${one.id} review=${one} />`)}</ul>
    ${older.error && html`<${ErrorNote} error=${older.error} retry=${next} />`}
    ${(rows.length > shown || older.next) && html`<div><${Button} busy=${older.busy} onClick=${next}>${t("reviews.older")}<//></div>`}
  <//>`;
}

const Closed = ({ review }) => html`<li class="todo todo-over">
  <div class="todo-what"><h3 class="todo-name"><${Link} class="todo-link" href="/reviews/${review.id}">${review.accessPackage.displayName}<//></h3></div>
  <div class="todo-when muted"><${When} at=${review.endDateTime}>${due(review.endDateTime)}<//></div>
  <div class="todo-outcome">${isClosed(review) ? html`<${Outcome} review=${review} />` : html`<span class="muted">${t("reviews.closing")}</span>`}</div>
</li>`;

function Outcome({ review }) {
  const { counts } = review;
  if (isOwn(review)) {
    const answer = counts.approved ? "ownKept" : counts.denied ? "ownEnded" : counts.cancelled ? "ownOver" : "ownSilent";
    return html`<span class="outcome">${t(`reviews.${answer}`)}</span>`;
  }
  return Object.entries(MARKS).filter(([name]) => counts[name] > 0).map(([name, [icon, tone]]) => html`<span key=${name} class="outcome outcome-${tone}">
    <${Icon} name=${icon} size=${14} />${t(`reviews.${name}`, { count: counts[name] })}</span>`);
}

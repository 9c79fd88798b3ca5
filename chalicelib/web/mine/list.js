// "/my-access": what somebody has, until when, and how the last review of it ended; beneath, what has ended.
import { Button, Icon, Skeleton } from "../kit/base.js";
import { PageHead, Section } from "../kit/layout.js";
import { Empty, ErrorNote, Notice } from "../kit/telling.js";
import { due, moment } from "../lib/dates.js";
import { usePages } from "../lib/hooks.js";
import { html } from "../lib/html.js";
import { Link } from "../lib/router.js";
import { t } from "../lib/texts.js";
import { Grants } from "../reviews/grants.js";
import { end, isLive, MINE, result, span, why } from "./words.js";

const asks = (held) => held.openReview?.decision === "NotReviewed"; // such ones come first

export default function MyAccess() {
  const { rows, more, loading, error, next, reload } = usePages(MINE);
  const live = [...rows.filter((one) => isLive(one) && asks(one)), ...rows.filter((one) => isLive(one) && !asks(one))];
  const over = rows.filter((one) => !isLive(one));
  return html`<div class="page page-mine"><${PageHead} title=${t("mine.title")} lede=${t("mine.lede")} />
    ${error && html`<${ErrorNote} error=${error} retry=${rows.length ? next : reload} />`}
    ${loading && !rows.length && html`<div aria-busy="true"><span class="unseen">${t("mine.looking")}</span><${Skeleton} rows=${3} height=${132} /></div>`}
    ${!loading && !error && !rows.length && html`<${Empty} icon="key-round" title=${t("mine.nothing")}>${t("mine.nothingWhy")}<//>`}
    ${rows.length > 0 && html`<${Section} title=${t("mine.now")}>
      ${live.length ? html`<ul class="held-list">${live.map((one) => html`<${Held} key=${one.id} held=${one} />`)}</ul>` : html`<p class="muted">${t("mine.nothingNow")}</p>`}<//>`}
    ${over.length > 0 && html`<${Section} title=${t("mine.over")}><ul class="held-list">${over.map((one) => html`<${Held} key=${one.id} held=${one} />`)}</ul><//>`}
    ${more && html`<p class="held-more"><${Button} busy=${loading} onClick=${next}>${t("mine.older")}<//></p>`}
  </div>`;
}

function Held({ held }) {
  const { accessPackage, openReview, lastReview } = held;
  return html`<li class=${isLive(held) ? "held" : "held held-over"}>
    <div class="held-what">
      <h3><${Link} class="todo-link" href="/my-access/${held.id}">${accessPackage.displayName}<//></h3>
      ${accessPackage.description && isLive(held) && html`<p class="muted">${accessPackage.description}</p>`}
      ${isLive(held) && html`<${Grants} grants=${accessPackage.grants} most=${3} />`}
      ${lastReview && html`<${Last} review=${lastReview} />`}
    </div>
    <div class="held-when"><p class=${isLive(held) ? "strong" : "muted"}>${end(held) || span(held)}</p>${isLive(held) && html`<p class="muted small">${span(held)}</p>`}</div>
    ${openReview && html`<div class="held-asked"><${Asked} review=${openReview} /></div>`}
  </li>`;
}

/** The last closed review in two lines: what came of it, and why. */
const Last = ({ review }) => html`<p class="held-last"><${Icon} name=${review.outcome === "kept" ? "circle-check" : review.outcome === "cancelled" ? "circle-minus" : "circle-x"} size=${14} />
  <span>${result(review)}. <span class="muted">${why(review)}</span></span></p>`;

/** The review that asks the caller themselves. */
export function Asked({ review }) {
  const said = { Approve: "yes", Deny: "no" }[review.decision];
  return html`<${Notice} tone="accent" icon=${said ? "circle-check" : "circle-question-mark"}
    action=${html`<${Button} small kind=${said ? "plain" : "primary"} href="/reviews/${review.reviewId}">${t(said ? "mine.change" : "mine.answer")}<//>`}>
    ${said ? t("mine.answered", { answer: t(`mine.${said}`), when: moment(review.endDateTime) }) : t("mine.asked", { due: due(review.endDateTime) })}<//>`;
}

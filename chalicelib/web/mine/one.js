// "/my-access/{id}": one package somebody has or had: what it gives, until when, and what reviews of it decided and why.
import { Button, Skeleton, Tag, When } from "../kit/base.js";
import { PageHead, Section } from "../kit/layout.js";
import { Empty, ErrorNote, Notice } from "../kit/telling.js";
import { longDay } from "../lib/dates.js";
import { useGet } from "../lib/hooks.js";
import { html } from "../lib/html.js";
import { useMe } from "../lib/me.js";
import { t } from "../lib/texts.js";
import { Grants } from "../reviews/grants.js";
import { Asked } from "./list.js";
import { end, isLive, MINE, span, TONES, why } from "./words.js";

export default function OneAccess({ id }) {
  const { data: held, error, reload } = useGet(`${MINE}/${encodeURIComponent(id)}`);
  const crumbs = [{ label: t("mine.back"), href: "/my-access" }];
  if (error?.status === 404) return html`<div class="page page-mine"><h1 class="unseen">${t("mine.missing")}</h1><${Empty} icon="key-round" title=${t("mine.missing")}
    action=${html`<${Button} href="/my-access">${t("mine.toAccess")}<//>`}>${t("mine.missingWhy")}<//></div>`;
  if (error) return html`<div class="page page-mine"><${PageHead} crumbs=${crumbs} title=${t("mine.title")} /><${ErrorNote} error=${error} retry=${reload} /></div>`;
  if (!held) return html`<div class="page page-mine" aria-busy="true"><${Skeleton} lines=${5} /></div>`;
  const { accessPackage, openReview, reviews } = held;
  return html`<div class="page page-mine"><${PageHead} crumbs=${crumbs} title=${accessPackage.displayName} lede=${accessPackage.description}>
      ${isLive(held) && html`<p><span class="strong">${end(held)}</span> <span class="muted">· ${span(held)}</span></p>`}<//>
    <div class="held-notices">
      ${!isLive(held) && html`<${Ended} held=${held} />`}
      ${openReview && html`<${Asked} review=${openReview} />`}
    </div>
    <${Section} title=${t("mine.gives")}>${accessPackage.grants.length ? html`<${Grants} grants=${accessPackage.grants} />` : html`<p class="muted">${t("mine.givesNothing")}</p>`}<//>
    <${Section} title=${t("mine.results")}>${reviews.length ? html`<ol class="held-list">${reviews.map((one) => html`<${Result} key=${one.reviewId} review=${one} />`)}</ol>` : html`<p class="muted">${t("mine.resultsNone")}</p>`}<//>
  </div>`;
}

/** That it is gone, why, and whom to ask. */
function Ended({ held }) {
  const { contact } = useMe();
  const last = held.reviews[0];
  const reviewed = last?.outcome === "removed";
  const said = reviewed ? t("mine.endedReviewed", { review: last.displayName, day: longDay(last.closedDateTime) }) : t("mine.endedItself", { day: longDay(held.endDateTime) });
  return html`<${Notice} tone="plain" icon="info" title=${t("mine.endedTitle")}><p>${said} ${reviewed && why(last)}</p>
    <p>${contact ? t("mine.again", { contact }) : t("mine.againUnknown")}</p><//>`;
}

function Result({ review }) {
  const [tone, icon] = TONES[review.outcome];
  return html`<li class="held-result">
    <${Tag} tone=${tone} icon=${icon}>${t(`mine.${review.outcome}`)}<//>
    <div class="grow"><h3 class="held-review">${review.displayName}</h3><p class="muted">${why(review)}</p></div>
    <p class="muted small"><${When} at=${review.closedDateTime}>${t("mine.reviewClosed", { day: longDay(review.closedDateTime) })}<//></p>
  </li>`;
}

// The end of a self-review: what was answered, until when it may be changed; or that it is closed.
import { Button, Tag } from "../kit/base.js";
import { Empty } from "../kit/telling.js";
import { moment } from "../lib/dates.js";
import { html, useEffect, useRef } from "../lib/html.js";
import { t } from "../lib/texts.js";

/** `questions` with their answers; `change(item)` goes back to one. With `closed` the review one came for is over. */
export function SelfDone({ questions, change, closed }) {
  const heading = useRef(null);
  useEffect(() => void (closed || heading.current.focus()), []);
  if (closed) {
    return html`<div class="page page-narrow"><h1 class="unseen">${t("reviews.selfClosed")}</h1><${Empty} icon="lock" title=${t("reviews.selfClosed")}
      action=${html`<${Button} href="/my-access" kind="primary">${t("reviews.selfToAccess")}<//>`}>${t("reviews.selfClosedWhy")}<//></div>`;
  }
  const first = questions.map((one) => one.review.endDateTime).sort()[0];
  return html`<div class="page page-narrow"><div class="stack-24">
    <header class="stack-8"><h1 ref=${heading} tabindex="-1">${t("reviews.selfThanks")}</h1>
      <p class="page-lede">${t("reviews.selfChange", { when: moment(first) })}</p></header>
    <ul class="todos">${questions.map(({ review, item, answer }) => html`<li class="self-answer" key=${item.id}>
      <div class="grow"><h2 class="self-name">${review.accessPackage.displayName}</h2>${answer.reason && html`<p class="muted">${t("reviews.quoted", { reason: answer.reason })}</p>`}</div>
      <${Tag} tone=${answer.choice === "yes" ? "approve" : "deny"} icon=${answer.choice === "yes" ? "circle-check" : "circle-x"}>${t(answer.choice === "yes" ? "reviews.saidYes" : "reviews.saidNo")}<//>
      <${Button} kind="quiet" small icon="pencil" onClick=${() => change(item)} aria-label=${t("reviews.selfEditOf", { package: review.accessPackage.displayName })}>${t("reviews.selfEdit")}<//>
    </li>`)}</ul>
    <div class="row"><${Button} href="/" kind="primary">${t("reviews.selfToReviews")}<//><${Button} href="/my-access">${t("reviews.selfToAccess")}<//></div>
  </div></div>`;
}

// What about this review waits for a person, said once above everything else, with the way to do it.
import { Button } from "../kit/base.js";
import { Notice } from "../kit/telling.js";
import { EndedHow } from "../guards/confirm.js";
import { useGet } from "../lib/hooks.js";
import { html, useState } from "../lib/html.js";
import { list, t } from "../lib/texts.js";
import { AskRetry } from "./asking.js";

export function Attention({ review, possible, reload }) {
  const [asking, ask] = useState("");
  const close = (did) => (ask(""), did && reload());
  const unmailed = useGet(review.status === "InProgress" ? `/api/v1/mails/undelivered?reviewId=${review.id}` : "").data;
  const button = (name, kind = "primary") => possible[name] && html`<${Button} kind=${kind} onClick=${() => ask(name)} aria-haspopup="dialog">${t(`running.${name}`)}<//>`;
  return html`<div class="attention">
    ${review.failure && html`<${Notice} tone=${review.status === "Failed" ? "deny" : "unsure"} title=${t(review.status === "Failed" ? "running.failedTitle" : "running.pausedTitle")} action=${button("retry")}>
      ${t(review.status === "Failed" ? "running.failedWhy" : "running.pausedWhy", { count: review.failure.attempts })} <code class="failure-text">${review.failure.error}</code><//>`}
    ${review.waitingForConfirmation && html`<${Notice} tone="unsure" icon="hand" title=${t("running.confirmTitle", { count: removals(review) })} action=${possible.apply && html`<${Button} kind="primary" href="/admin/reviews/${review.id}/confirm">${t("running.checkNames")}<//>`}>
      ${t(`running.because-${possible.apply?.because || "manual"}`)} ${possible.apply && names(possible.apply)}<//>`}
    ${review.confirmation && review.confirmation.how !== "confirmed" && html`<${Notice} icon="shield-check" title=${t(`guards.ended-${review.confirmation.how}`)}><${EndedHow} end=${review.confirmation} /><//>`}
    ${review.outcome?.held > 0 && html`<${Notice} icon="shield-alert" tone="unsure" title=${t("guards.held", { count: review.outcome.held })}
      action=${html`<${Button} href="/evidence/${review.id}">${t("guards.toEvidence")}<//>`}>${t("guards.heldWhy")}<//>`}
    ${review.stopped && review.status === "InProgress" && html`<${Notice} tone="accent">${t("running.stopping")}<//>`}
    ${review.needs === "late" && html`<${Notice} tone="unsure" icon="clock-alert" title=${t("running.lateTitle")}>${t("running.lateWhy", { count: review.counts.notReviewed })}<//>`}
    ${review.status === "InProgress" && review.needsReviewer > 0 && html`<${Notice} tone="unsure" icon="user-x" title=${t("running.lackingTitle", { count: review.needsReviewer })}
      action=${html`<${Button} href="/admin/reviews/${review.id}?tab=reviewers">${t("running.lackingShow")}<//>`}>${t("running.lackingWhy")}<//>`}
    ${unmailed?.value.length > 0 && html`<${Notice} tone="unsure" icon="mail-x" title=${t(unmailed.nextLink ? "sent.unmailedMany" : "sent.unmailedTitle", { count: unmailed.value.length })}
      action=${html`<${Button} href=${`/admin/mails?review=${review.id}&only=undelivered`}>${t("sent.unmailedShow")}<//>`}>${t("sent.unmailedWhy")}<//>`}
    ${review.outcome?.needsPerson > 0 && html`<${Notice} tone="deny" icon="user-x" title=${t("running.personTitle", { count: review.outcome.needsPerson })}
      action=${html`<${Button} href="/admin/reviews/${review.id}?tab=removals">${t("running.personShow")}<//>`}>${t("running.personWhy")}<//>`}
    ${asking === "retry" && html`<${AskRetry} review=${review} told=${possible.retry} close=${close} />`}
  </div>`;
}

const removals = ({ outcome }) => outcome.denied + outcome.deniedByRule - outcome.removed - (outcome.alreadyGone || 0);

/** "Ada, Ben and 3 others." */
export function names({ names: first, removals: count }) {
  if (!first.length) return "";
  const rest = count - first.length;
  return t("running.namesAre", { names: list(rest > 0 ? [...first, t("running.others", { count: rest })] : first) });
}

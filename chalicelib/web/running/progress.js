// How far a review is: decisions over time, as one bar, and once it is closed what became of the removals.
import { Stacked } from "../kit/base.js";
import { Facts, Section } from "../kit/layout.js";
import { moment, now } from "../lib/dates.js";
import { html } from "../lib/html.js";
import { Link } from "../lib/router.js";
import { number, percent, t } from "../lib/texts.js";
import { BurnUp, decidedOf } from "../overview/burnup.js";

export function ProgressTab({ review, progress }) {
  const { counts } = review;
  const done = decidedOf(review);
  return html`<div class="progress-tab">
    <div>
      <${Section} title=${t("running.overTime")}><${BurnUp} progress=${progress} zone=${review.timeZone} /><//>
      <${Section} title=${t("running.decisions")}><${Stacked} label=${t("running.decisions")} parts=${parts(review)} /><//>
    </div>
    <aside class="progress-side" aria-label=${t("running.inNumbers")}>
      <p class="big number">${percent(counts.total ? done / counts.total : 1)}</p>
      <p class="muted">${t("running.decidedOf", { done, count: counts.total })}</p>
      <${Facts} rows=${facts(review)} />
    </aside>
  </div>`;
}

function parts({ counts, outcome }) {
  const more = (tone, key, count) => (count ? [{ tone, label: t(`running.${key}`), count }] : []);
  return [
    { tone: "approve", label: t("running.approved"), count: outcome ? outcome.approved : counts.approved },
    ...more("approve", "approvedByRule", outcome?.approvedByRule),
    { tone: "deny", label: t("running.denied"), count: outcome ? outcome.denied : counts.denied },
    ...more("deny", "deniedByRule", outcome?.deniedByRule),
    { tone: "unsure", label: t("running.dontKnow"), count: counts.dontKnow },
    { tone: "plain", label: t(outcome ? "running.notDecided" : "running.undecided"), count: counts.notReviewed },
    ...more("plain", "ended", counts.cancelled),
  ];
}

function facts(review) {
  const { outcome, reviewers, timeZone: zone } = review;
  const zero = (count) => count > 0 && number(count);
  return [
    [t("running.opened"), moment(review.startDateTime, zone)],
    [t(outcome ? "running.closed" : new Date(review.endDateTime) < now() ? "running.wasDue" : "running.closes"), moment(review.endDateTime, zone)],
    [t("running.reviewers"), t("running.reviewersFinished", { done: reviewers.finished, count: reviewers.total })],
    [t("running.lastReminder"), review.lastReminderDateTime && moment(review.lastReminderDateTime)],
    [t("running.extensions"), zero(review.extensions)],
    [t("running.removed"), outcome && number(outcome.removed)],
    [t("running.removalsFailed"), outcome && zero(outcome.removalFailures)],
    [t("running.proof"), outcome && html`<${Link} href="/evidence/${review.id}">${t("running.toEvidence")}<//>`],
  ];
}

// The settings a review runs under, as sentences: frozen when it opened, whatever the policy says by now.
import { Button, Skeleton } from "../kit/base.js";
import { Facts, Section } from "../kit/layout.js";
import { ErrorNote } from "../kit/telling.js";
import { day, daysBetween, moment, zoneName } from "../lib/dates.js";
import { useGet } from "../lib/hooks.js";
import { html } from "../lib/html.js";
import { Link } from "../lib/router.js";
import { t } from "../lib/texts.js";

export function Settings({ review }) {
  const { data, error, reload } = useGet(`/api/v1/reviews/${review.id}/briefing`);
  if (error && !data) return html`<${ErrorNote} error=${error} retry=${reload} />`;
  if (!data) return html`<div aria-busy="true"><${Skeleton} lines=${4} /></div>`;
  const { rules } = data;
  const policy = `/admin/packages/${review.accessPackage.id}/policies/${review.assignmentPolicy.id}`;
  return html`<div>
    <${Section} title=${t("running.tab-settings")} note=${t("running.frozen")} actions=${html`<${Button} href=${policy}>${t("running.toPolicy")}<//>`}>
      <p class="settings-sentence">${t("running.sentence", words(review, rules))}</p>
      <ul class="bullets">
        <li>${t(`running.removes-${rules.removes}`)}</li>
        <li>${t(rules.justificationRequired ? "running.reasonNeeded" : "running.reasonFree")}</li>
        <li>${t(rules.recommendations ? "running.suggests" : "running.noSuggestions")}</li>
        ${rules.reviewers !== "self" && html`<li>${t(rules.ownDecision ? "running.ownAllowed" : "running.ownNot")}</li>`}
        ${rules.reviewers !== "self" && html`<li>${t(rules.handOver ? "running.mayHandOver" : "running.mayNotHandOver")}</li>`}
      </ul>
      ${rules.text && html`<blockquote class="told"><p class="muted small">${t("running.toldReviewers")}</p><p>${rules.text}</p></blockquote>`}
    <//>
    <${Section} title=${t("running.series")}>
      <${Facts} rows=${[
        [t("running.package"), html`<${Link} href="/admin/packages/${review.accessPackage.id}">${review.accessPackage.displayName}<//>`],
        [t("running.policy"), html`<${Link} href=${policy}>${review.assignmentPolicy.displayName}<//>`],
        [t("running.allOfSeries"), html`<${Link} href="/admin/series/${review.definitionId}">${t("running.formerAndNext")}<//>`],
        [t("running.opened"), moment(review.startDateTime, review.timeZone)],
        [t("running.zone"), zoneName(review.timeZone)],
      ]} />
    <//>
  </div>`;
}

const words = (review, rules) => ({
  who: t(`running.by-${rules.reviewers}`),
  count: Math.max(daysBetween(review.startDateTime, review.endDateTime, review.timeZone), 1),
  start: day(review.startDateTime, review.timeZone),
  silence: t(`running.silence-${rules.noResponse}`),
});

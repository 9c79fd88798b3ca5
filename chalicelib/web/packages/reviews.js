// The review series of a package: the next dates, what runs, what was missed, and the latest reviews.
import { Due, Icon, Skeleton, Tag, When } from "../kit/base.js";
import { Section } from "../kit/layout.js";
import { Empty, ErrorNote } from "../kit/telling.js";
import { all, get } from "../lib/api.js";
import { briefDay, day, longDay } from "../lib/dates.js";
import { html } from "../lib/html.js";
import { useLoad } from "../lib/hooks.js";
import { Link } from "../lib/router.js";
import { has, t } from "../lib/texts.js";

const SHOWN = 6;

async function seriesOf(packageId, signal) {
  const listed = await all(`/api/v1/reviews?accessPackageId=${packageId}`, 100, { signal });
  return Promise.all(listed.map((one) => get(`/api/v1/review-series/${one.definitionId}`, { signal })));
}

export function Reviews({ packed }) {
  const loaded = useLoad((signal) => seriesOf(packed.id, signal), [packed.id]);
  if (loaded.error && !loaded.data) return html`<${ErrorNote} error=${loaded.error} retry=${loaded.reload} />`;
  if (!loaded.data) return html`<${Skeleton} rows=${4} />`;
  if (!loaded.data.length) return html`<${Empty} icon="clipboard-check" title=${t("packages.noReviews")}>${t("packages.noReviewsHelp")}<//>`;
  return html`<div>${loaded.data.map((one) => html`<${Series} key=${one.id} one=${one} packed=${packed} />`)}</div>`;
}

function Series({ one, packed }) {
  const zone = one.timeZone;
  const kind = one.kind === "policy" ? "" : html`<${Tag}>${t(`packages.series_${one.kind}`)}<//>`;
  const ended = one.status !== "active" && html`<${Tag}>${t(`packages.seriesIs_${one.status}`)}<//>`;
  return html`<${Section} title=${one.assignmentPolicy.displayName || one.displayName} actions=${html`${kind}${ended}<${Link} href="/admin/packages/${packed.id}/policies/${one.assignmentPolicy.id}" class="small">${t("packages.settings")}<//>`}>
    <div class="series">
      <div class="stack-8"><h3 class="small-head">${t("packages.comingUp")}</h3>
        ${one.waiting && html`<p class="small">${t("packages.waiting", { day: day(one.waiting.startDateTime, zone) })}</p>`}
        ${one.next.length ? html`<ol class="dates">${one.next.slice(0, 3).map((next) => html`<li key=${next.date}><${When} at=${next.startDateTime} zone=${zone}>${briefDay(next.startDateTime, zone)}<//>
          <span class="muted" aria-hidden="true">→</span><span class="unseen">${t("packages.to")}</span><${When} at=${next.endDateTime} zone=${zone}>${briefDay(next.endDateTime, zone)}<//></li>`)}</ol>` : html`<p class="muted">${t("packages.noneComing")}</p>`}
      </div>
      <div class="stack-8"><h3 class="small-head">${t("packages.past")}</h3>
        ${one.reviews.length ? html`<ul class="lines">${one.reviews.slice(0, SHOWN).map((review) => html`<li key=${review.id} class="line"><${Icon} name=${review.status === "InProgress" ? "play" : "file-check"} />
          <span class="grow person-words"><${Link} class="person-name" href="/admin/reviews/${review.id}">${longDay(review.startDateTime, zone)}<//>
            <span class="person-detail">${review.status === "InProgress" ? html`<${Due} at=${review.endDateTime} zone=${zone} brief />` : t("packages.closedOn", { day: longDay(review.endDateTime, zone) })}</span></span>
          <${Tag} tone=${review.status === "InProgress" ? "accent" : review.status === "Failed" ? "deny" : "plain"}>${has(`packages.review_${review.status}`) ? t(`packages.review_${review.status}`) : review.status}<//></li>`)}</ul>` : html`<p class="muted">${t("packages.nonePast")}</p>`}
        ${one.missed.length > 0 && html`<p class="small muted">${t("packages.missed", { count: one.missed.length, day: longDay(one.missed[0].startDateTime, zone) })}</p>`}
      </div>
    </div>
  <//>`;
}

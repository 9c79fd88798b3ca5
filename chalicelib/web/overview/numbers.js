// The four numbers that need a person. Each leads to what it counts; a zero is said quietly.
import { Icon } from "../kit/base.js";
import { html } from "../lib/html.js";
import { Link } from "../lib/router.js";
import { number, t } from "../lib/texts.js";

export function Numbers({ found, mails }) {
  const { needsReviewer: lacking } = found;
  const unreached = mails?.people || 0;
  const why = [
    lacking.items > 0 && t("overview.lacking", { count: lacking.items }),
    unreached > 0 && t(mails.more ? "overview.undeliveredMore" : "overview.undelivered", { count: unreached }),
  ].filter(Boolean);
  const least = found.complete ? "" : t("overview.atLeast");
  return html`<ul class="numbers" aria-label=${t("overview.numbers")}>
    <${Tile} id="late" icon="clock-alert" tone="unsure" count=${found.late} href="/admin/reviews?needs=late" before=${least} />
    <${Tile} id="failed" icon="circle-alert" tone="deny" count=${found.failed} href="/admin/reviews?needs=failed" />
    <${Tile} id="confirmation" icon="hand" tone="unsure" count=${found.waitingForConfirmation} href="/admin/reviews?needs=confirmation" />
    <${Tile} id="unreached" icon="mail-warning" tone="unsure" count=${lacking.items + unreached} href=${lacking.items ? "/admin/reviews?needs=reviewer" : "/admin/mails"} why=${why.join(" · ")} before=${least} />
  </ul>`;
}

function Tile({ id, icon, tone, count, href, why, before }) {
  const words = why || t(count ? `overview.${id}Why` : `overview.${id}None`);
  const inside = html`<span class="tile-head"><${Icon} name=${count ? icon : "check"} />${t(`overview.${id}`)}</span>
    <span class="tile-number number">${before && count > 0 && html`<span class="unseen">${before} </span>`}${number(count)}</span>
    <span class="tile-why">${words}</span>`;
  return html`<li>${count ? html`<${Link} class="tile tile-${tone}" href=${href}>${inside}<//>` : html`<div class="tile tile-none">${inside}</div>`}</li>`;
}

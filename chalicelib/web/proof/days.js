// How long it took from a denial to its removal, as the sealed statement tells it: a sentence, and the numbers behind it.
import { Table } from "../kit/disclosed.js";
import { html } from "../lib/html.js";
import { number, t } from "../lib/texts.js";

/** `seals` are the statements of the review; nothing while its removals are not sealed, or nothing was removed. */
export function Days({ seals }) {
  const days = seals.find((one) => one.kind === "removals")?.statement.facts.days;
  if (!days || days.max === null) return null;
  const found = Object.entries(days.histogram);
  const most = Math.max(...found.map(([, count]) => count));
  if (found.length === 1) return html`<p class="prose">${t("proof.daysOne", { count: days.max })}</p>`;
  return html`<div class="stack-8"><p class="prose">${t("proof.days", { count: days.median, max: days.max })}</p>
    <div class="proof-days" aria-hidden="true">${found.map(([day, count]) => html`<span class="proof-day" key=${day}>
      <span class="proof-bar" style=${{ height: `${Math.round((count / most) * 48) + 2}px` }}></span><span class="tiny muted">${day}</span></span>`)}</div>
    <${Table} label=${t("proof.daysNumbers")} caption=${t("proof.daysNumbers")} heads=${[t("proof.daysHead"), t("proof.daysCount")]} none="" rows=${found.map(([day, count]) => [day, number(count)])} /></div>`;
}

// The removals that wait, in numbers: by cause, by reviewer, by department, and what each person loses.
import { Progress, Stacked } from "../kit/base.js";
import { html } from "../lib/html.js";
import { t } from "../lib/texts.js";

export function Numbers({ summary }) {
  const causes = [{ tone: "deny", label: t("guards.byPerson"), count: summary.byPerson }, { tone: "unsure", label: t("guards.byRule"), count: summary.byRule }];
  const partly = summary.counted < summary.removals;
  return html`<div class="stack">
    <div><p class="big number">${t("guards.ofPeople", { removals: summary.removals, people: summary.people })}</p><p class="muted small">${t("guards.ofPeopleWhat")}</p></div>
    <${Stacked} label=${t("guards.causes")} parts=${causes} />
    <${Tally} title=${t("guards.byReviewer")} rows=${summary.byReviewer.map((one) => ({ ...one, name: one.id ? one.displayName || t("guards.somebody") : t("guards.theRule") }))} total=${summary.counted} />
    <${Tally} title=${t("guards.byDepartment")} rows=${summary.byDepartment.map((one) => ({ ...one, name: one.displayName || t("guards.noDepartment") }))} total=${summary.counted} />
    ${partly && html`<p class="faint small">${t("guards.counted", { count: summary.counted })}</p>`}
    ${summary.loses.length > 0 && html`<section><h2 class="confirm-heading">${t("guards.loses")}</h2><ul class="confirm-loses">${summary.loses.map((one) => html`<li key=${one}>${one}</li>`)}</ul></section>`}
  </div>`;
}

const SHOWN = 6;

function Tally({ title, rows, total }) {
  const rest = rows.slice(SHOWN).reduce((sum, one) => sum + one.removals, 0);
  return html`<section><h2 class="confirm-heading">${title}</h2><ul class="confirm-tally">
    ${rows.slice(0, SHOWN).map((one) => html`<li key=${one.id || one.name}><span class="between"><span class="clip">${one.name}</span><strong class="number">${one.removals}</strong></span>
      <${Progress} done=${one.removals} total=${total} words=${false} label=${one.name} /></li>`)}
    ${rest > 0 && html`<li class="muted small">${t("guards.others", { count: rest })}</li>`}</ul></section>`;
}

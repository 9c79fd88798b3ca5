// At the foot while somebody is selected: how many, what can be done with them, and how to get the rest of them.
import { Button, Icon } from "../kit/base.js";
import { html } from "../lib/html.js";
import { t } from "../lib/texts.js";
import { DECISIONS } from "./words.js";

/** `matching` are the ids of everybody the filters show (all of the review, not what is drawn), `undecided` those open. */
export function SelectionBar({ desk, matching, undecided, loaded }) {
  const ids = desk.rows.current.filter((id) => desk.selected.has(id));
  const hidden = desk.selected.size - ids.length;
  const all = [...ids, ...[...desk.selected].filter((id) => !ids.includes(id))];
  const more = undecided.filter((id) => !desk.selected.has(id)).length ? undecided : matching;
  const missing = more.some((id) => !desk.selected.has(id));
  const words = more === undecided ? "review.selectUndecided" : "review.selectMatching";
  return html`<div class="selection" role="region" aria-label=${t("review.selection")}>
    <p class="selection-count" role="status"><strong>${t("review.selected", { count: desk.selected.size })}</strong>${hidden > 0 && html` <span class="selection-hidden">${t("review.selectedHidden", { count: hidden })}</span>`}</p>
    ${missing && html`<button type="button" class="selection-all" disabled=${!loaded} onClick=${() => desk.setSelected(new Set([...desk.selected, ...more]))}>${t(words, { count: more.length })}</button>`}
    <div class="selection-acts">${["Approve", "Deny", "DontKnow"].map((name) => html`<button key=${name} type="button" class="selection-act selection-${DECISIONS[name].tone}" onClick=${() => desk.chooseMany(all, name)}><${Icon} name=${DECISIONS[name].icon} /><span>${t(DECISIONS[name].text)}</span></button>`)}
      ${desk.rules.handOver && html`<button type="button" class="selection-act" onClick=${() => desk.setAsking({ handOver: all })}><${Icon} name="forward" /><span>${t("review.handOver")}</span></button>`}
      <${Button} kind="quiet" bare icon="x" onClick=${() => desk.setSelected(new Set())}>${t("review.clear")}<//></div>
  </div>`;
}

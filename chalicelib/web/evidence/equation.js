// Whether a closed review adds up: each equation written out, with both sides, and a verdict one cannot overlook.
import { Icon, Tag } from "../kit/base.js";
import { html } from "../lib/html.js";
import { has, number, t } from "../lib/texts.js";

/** Does it add up, as a word with an icon. */
export function Verdict({ balance }) {
  if (!balance.balanced) return html`<${Tag} tone="deny" icon="triangle-alert">${t("evidence.doesNotAddUp")}<//>`;
  if (differs(balance)) return html`<${Tag} tone="unsure" icon="scale" title=${t("evidence.differsWhy")}>${t("evidence.differs")}<//>`;
  return html`<${Tag} tone="approve" icon="check">${t("evidence.addsUp")}<//>`;
}

/** Did the systems outside show something else than the assignments here when the review opened? */
export const differs = ({ outside }) => Boolean(outside && outside.missing + outside.extra + outside.notCompared);

/** Every equation of a review. */
export const Equations = ({ balance }) => html`<section class="equations"><h2 class="unseen">${t("evidence.sumsUp")}</h2>
  ${balance.equations.filter(tells).map((one) => html`<${Equation} key=${one.name} ...${one} />`)}
</section>`;

/** With one reason only, why people kept access is told where they are listed. */
const tells = (one) => one.name !== "kept" || !one.balanced || one.terms.length > 1;

function Equation({ name, total, terms, difference, balanced }) {
  const shown = terms.filter((one) => one.count !== 0 || ALWAYS.has(one.name));
  return html`<div class=${balanced ? "equation" : "equation equation-off"}>
    <h3>${t(`evidence.equation-${name}`)}</h3>
    <div class="equation-line">
      <${Term} count=${total} label=${t(`evidence.total-${name}`, { count: total })} />
      ${shown.map((one, place) => html`<${Term} key=${one.name} sign=${place ? "+" : balanced ? "=" : "≠"} count=${one.count} label=${label(name, one.name)} />`)}
    </div>
    <p class="equation-verdict"><${Icon} name=${balanced ? "circle-check" : "triangle-alert"} />
      <span>${verdict(balanced, difference)} <span class="muted">${t(`evidence.route-${name}`)}</span></span></p>
  </div>`;
}

const ALWAYS = new Set(["reviewed", "removed", "failed", "toRemove", "approved", "denied"]);

const label = (equation, name) => {
  const key = equation === "kept" ? `evidence.because-${name}` : `evidence.term-${name}`;
  return has(key) ? t(key) : name;
};

function verdict(balanced, difference) {
  if (balanced) return t("evidence.agree");
  if (difference === 0) return t("evidence.negative");
  return difference > 0 ? t("evidence.lacks", { count: difference }) : t("evidence.exceeds", { count: -difference });
}

const Term = ({ sign, count, label: words }) => html`<span class=${count === 0 ? "equation-term equation-zero" : "equation-term"}>
  <span class="equation-sign">${sign}</span> <strong class="number">${number(count)}</strong> <span class="equation-words">${words}</span></span>`;

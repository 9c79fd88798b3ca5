// The Lifecycle step: the sentence is the form. What few need stands beneath, under Advanced.
import { Check } from "../kit/fields.js";
import { Icon } from "../kit/base.js";
import { longDay } from "../lib/dates.js";
import { html } from "../lib/html.js";
import { t } from "../lib/texts.js";
import { Advanced } from "./advanced.js";
import { InlineDate, InlineInput, InlineSelect, Sentence } from "./inline.js";
import { FREQUENCIES, LONGEST, REVIEWERS, SILENCES } from "./settings.js";
import { SubjectPicker } from "./subjects.js";

const IN_SENTENCE = ["every", "start", "days", "who", "silence"];

/** `form` and its errors by control; `set(changes)` takes what was filled in. */
export function Lifecycle({ form, set, errors, earliest, readOnly }) {
  return html`<fieldset class="stack-24 lifecycle" disabled=${readOnly}>
    <legend class="unseen">${t("policy.lifecycle")}</legend>
    <${Check} label=${t("policy.reviewThem")} help=${t("policy.reviewThemHelp")} checked=${form.on} onChange=${(on) => set({ on })} />
    ${form.on && html`<div class="stack-24">
      <div class="stack-8">
        <${TheSentence} ...${{ form, set, errors, earliest }} />
        ${IN_SENTENCE.filter((name) => errors[name]).map((name) => html`<p key=${name} id="${name}-error" class="field-error"><${Icon} name="circle-alert" size=${14} />${errors[name]}</p>`)}
        <p class="muted">${t(`policy.silenceHelp_${form.silence}`)}</p>
      </div>
      <${Reviewers} ...${{ form, set, errors }} />
      <${Advanced} ...${{ form, set, errors }} />
    </div>`}
  </fieldset>`;
}

const choices = (names, say) => names.map((value) => ({ value, label: say(value) }));

function TheSentence({ form, set, errors, earliest }) {
  const parts = {
    every: html`<${InlineSelect} id="every" label=${t("policy.every")} error=${errors.every} value=${form.every} options=${choices(FREQUENCIES, (value) => t(`policy.often_${value}`))}
      onChange=${(every) => set({ every, days: String(Math.min(Number(form.days) || 1, LONGEST[every])) })} />`,
    start: html`<${InlineDate} id="start" label=${t("policy.start")} error=${errors.start} value=${form.start} min=${earliest} required
      words=${form.start ? longDay(`${form.start}T12:00:00Z`, "UTC") : t("policy.chooseDay")} onInput=${(start) => set({ start })} />`,
    days: html`<span class="nowrap"><${InlineInput} type="number" id="days" label=${t("policy.daysOpen")} error=${errors.days} value=${form.days} min="1" max=${LONGEST[form.every]}
      inputmode="numeric" required onInput=${(days) => set({ days })} /> ${t("policy.daysWord", { count: Number(form.days) || 0 })}</span>`,
    who: html`<${InlineSelect} id="who" label=${t("policy.who")} error=${errors.who} value=${form.who} options=${choices(REVIEWERS, (value) => t(`policy.by_${value}`))} onChange=${(who) => set({ who })} />`,
    silence: html`<${InlineSelect} id="silence" label=${t("policy.silence")} error=${errors.silence} value=${form.silence} options=${choices(SILENCES, (value) => t(`policy.silence_${value}`))}
      onChange=${(silence) => set({ silence })} />`,
  };
  return html`<${Sentence} text=${t(form.every === "once" ? "policy.sentenceOnce" : "policy.sentence")} parts=${parts} />`;
}

/** The named reviewers, and who reviews where there is nobody else: a sentence each. */
const Reviewers = ({ form, set, errors }) => html`
  ${form.who === "people" && html`<${SubjectPicker} id="people" label=${t("packages.people")} help=${t("policy.peopleHelp")} error=${errors.people}
    value=${form.people} onChange=${(people) => set({ people })} />`}
  ${form.who !== "self" && html`<${SubjectPicker} id="fallback" label=${t(`policy.fallback_${form.who}`)} help=${t(`policy.fallbackHelp_${form.who}`)}
    error=${errors.fallback} value=${form.fallback} onChange=${(fallback) => set({ fallback })} />`}`;

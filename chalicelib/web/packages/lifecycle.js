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
    <legend class="unseen">${t("packages.lifecycle")}</legend>
    <${Check} label=${t("packages.reviewThem")} help=${t("packages.reviewThemHelp")} checked=${form.on} onChange=${(on) => set({ on })} />
    ${form.on && html`<div class="stack-24">
      <div class="stack-8">
        <${TheSentence} ...${{ form, set, errors, earliest }} />
        ${IN_SENTENCE.filter((name) => errors[name]).map((name) => html`<p key=${name} id="${name}-error" class="field-error"><${Icon} name="circle-alert" size=${14} />${errors[name]}</p>`)}
        <p class="muted">${t(`packages.silenceHelp_${form.silence}`)}</p>
      </div>
      <${Reviewers} ...${{ form, set, errors }} />
      <${Advanced} ...${{ form, set, errors }} />
    </div>`}
  </fieldset>`;
}

const choices = (names, prefix) => names.map((value) => ({ value, label: t(`packages.${prefix}_${value}`) }));

function TheSentence({ form, set, errors, earliest }) {
  const parts = {
    every: html`<${InlineSelect} id="every" label=${t("packages.every")} error=${errors.every} value=${form.every} options=${choices(FREQUENCIES, "often")}
      onChange=${(every) => set({ every, days: String(Math.min(Number(form.days) || 1, LONGEST[every])) })} />`,
    start: html`<${InlineDate} id="start" label=${t("packages.start")} error=${errors.start} value=${form.start} min=${earliest} required
      words=${form.start ? longDay(`${form.start}T12:00:00Z`, "UTC") : t("packages.chooseDay")} onInput=${(start) => set({ start })} />`,
    days: html`<span class="nowrap"><${InlineInput} type="number" id="days" label=${t("packages.daysOpen")} error=${errors.days} value=${form.days} min="1" max=${LONGEST[form.every]}
      inputmode="numeric" required onInput=${(days) => set({ days })} /> ${t("packages.daysWord", { count: Number(form.days) || 0 })}</span>`,
    who: html`<${InlineSelect} id="who" label=${t("packages.who")} error=${errors.who} value=${form.who} options=${choices(REVIEWERS, "by")} onChange=${(who) => set({ who })} />`,
    silence: html`<${InlineSelect} id="silence" label=${t("packages.silence")} error=${errors.silence} value=${form.silence} options=${choices(SILENCES, "silence")}
      onChange=${(silence) => set({ silence })} />`,
  };
  return html`<${Sentence} text=${t(form.every === "once" ? "packages.sentenceOnce" : "packages.sentence")} parts=${parts} />`;
}

/** The named reviewers, and who reviews where there is nobody else: a sentence each. */
const Reviewers = ({ form, set, errors }) => html`
  ${form.who === "people" && html`<${SubjectPicker} id="people" label=${t("packages.people")} help=${t("packages.peopleHelp")} error=${errors.people}
    value=${form.people} onChange=${(people) => set({ people })} />`}
  ${form.who !== "self" && html`<${SubjectPicker} id="fallback" label=${t(`packages.fallback_${form.who}`)} help=${t(`packages.fallbackHelp_${form.who}`)}
    error=${errors.fallback} value=${form.fallback} onChange=${(fallback) => set({ fallback })} />`}`;

// Advanced review settings: each choice explained in one sentence.
import { Check, Select, TextArea, TextInput } from "../kit/fields.js";
import { Icon } from "../kit/base.js";
import { html, useEffect, useRef } from "../lib/html.js";
import { t } from "../lib/texts.js";
import { SubjectPicker } from "./subjects.js";

const INSIDE = ["zone", "endDate", "count", "dataAge", "recipients", "text", "brakeCount", "brakePercent"];

export function Advanced({ form, set, errors }) {
  const place = useRef(null);
  const wrong = INSIDE.some((name) => errors[name]);
  useEffect(() => {
    if (wrong) place.current.open = true;
  }, [wrong]);
  return html`<details class="advanced" ref=${place}>
    <summary><${Icon} name="chevron-right" />${t("policy.advanced")}<span class="muted small">${t("policy.advancedHint")}</span></summary>
    <div class="stack-24 advanced-body">
      <${Timing} ...${{ form, set, errors }} />
      <${Deciding} ...${{ form, set, errors }} />
      <${Telling} ...${{ form, set, errors }} />
      <${Removing} ...${{ form, set, errors }} />
    </div>
  </details>`;
}

const Group = ({ title, children }) => html`<section class="advanced-group"><h2>${title}</h2><div class="stack">${children}</div></section>`;

const flag = (form, set, name) => html`<${Check} label=${t(`policy.flag_${name}`)} help=${t(`policy.flagHelp_${name}`)} checked=${form[name]} onChange=${(value) => set({ [name]: value })} />`;

function Timing({ form, set, errors }) {
  const ends = ["noEnd", "endDate", "numbered"].map((value) => ({ value, label: t(`policy.end_${value}`) }));
  return html`<${Group} title=${t("policy.timing")}>
    <${Select} id="zone" label=${t("policy.zone")} help=${t("policy.zoneHelp")} error=${errors.zone} value=${form.zone} options=${zones(form.zone)} onChange=${(zone) => set({ zone })} />
    ${form.every !== "once" && html`<div class="row-16 top">
      <${Select} id="end" label=${t("policy.end")} help=${t("policy.endHelp")} value=${form.end} options=${ends} onChange=${(end) => set({ end })} />
      ${form.end === "endDate" && html`<${TextInput} id="endDate" type="date" label=${t("policy.endDate")} error=${errors.endDate} value=${form.endDate} min=${form.start} onInput=${(endDate) => set({ endDate })} />`}
      ${form.end === "numbered" && html`<${TextInput} id="count" type="number" min="1" label=${t("policy.count")} error=${errors.count} value=${form.count} onInput=${(count) => set({ count })} />`}
    </div>`}
  <//>`;
}

const Deciding = ({ form, set, errors }) => html`<${Group} title=${t("policy.deciding")}>
  ${flag(form, set, "justification")}
  ${flag(form, set, "recommendations")}
  <${TextInput} id="dataAge" type="number" min="1" max="365" class="input input-number" label=${t("policy.dataAge")} help=${t("policy.dataAgeHelp")} error=${errors.dataAge}
    value=${form.dataAge} onInput=${(dataAge) => set({ dataAge })} />
  ${form.who !== "self" && flag(form, set, "delegation")}
  ${form.who !== "self" && flag(form, set, "selfDecision")}
<//>`;

const Telling = ({ form, set, errors }) => html`<${Group} title=${t("policy.telling")}>
  <p class="muted small prose">${t("policy.remindersHelp")}</p>
  <${TextArea} id="text" rows="2" maxlength="256" label=${t("policy.text")} help=${t("policy.textHelp", { left: 256 - form.text.length })} error=${errors.text}
    value=${form.text} onInput=${(text) => set({ text })} />
  <${SubjectPicker} id="recipients" label=${t("policy.recipients")} help=${t("policy.recipientsHelp")} error=${errors.recipients}
    value=${form.recipients} onChange=${(recipients) => set({ recipients })} />
<//>`;

const Removing = ({ form, set, errors }) => html`<${Group} title=${t("policy.removing")}>
  ${flag(form, set, "autoApply")}
  ${flag(form, set, "cutNow")}
  ${flag(form, set, "reviewRegrants")}
  <div class="row-16 top">
    <${TextInput} id="brakeCount" type="number" min="1" class="input input-number" label=${t("policy.brakeCount")} error=${errors.brakeCount} value=${form.brakeCount} onInput=${(brakeCount) => set({ brakeCount })} />
    <${TextInput} id="brakePercent" type="number" min="0" max="100" class="input input-number" label=${t("policy.brakePercent")} error=${errors.brakePercent} value=${form.brakePercent} onInput=${(brakePercent) => set({ brakePercent })} />
  </div>
  <p class="field-help">${t("policy.brakeHelp", { count: Number(form.brakeCount) || 0, percent: Number(form.brakePercent) || 0 })}</p>
<//>`;

function zones(current) {
  const all = Intl.supportedValuesOf?.("timeZone") || [];
  return [...new Set([current, "UTC", ...all])].map((value) => ({ value, label: value.replaceAll("_", " ") }));
}

// The first two steps of a policy: what it is called and for whom, and how long access lasts.
import { Check, Choice, Select, TextArea, TextInput } from "../kit/fields.js";
import { html } from "../lib/html.js";
import { t } from "../lib/texts.js";

const SCOPES = ["notSpecified", "specificDirectoryUsers", "allMemberUsers", "allDirectoryUsers", "allExternalUsers"];

export function Basics({ form, set, errors, readOnly }) {
  const scopes = [...new Set([...SCOPES, form.allowed])].map((value) => ({ value, label: t(`policy.allowed_${value}`) }));
  return html`<fieldset class="stack-24 form-narrow" disabled=${readOnly}><legend class="unseen">${t("policy.step_basics")}</legend>
    <${TextInput} id="name" label=${t("policy.policyName")} help=${t("policy.policyNameHelp")} error=${errors.name} value=${form.name} maxlength="256" required onInput=${(name) => set({ name })} />
    <${TextArea} id="description" label=${t("policy.policyDescription")} help=${t("policy.policyDescriptionHelp")} error=${errors.description} value=${form.description} onInput=${(description) => set({ description })} />
    <${Select} id="allowed" label=${t("policy.allowed")} help=${t("policy.allowedHelp")} value=${form.allowed} options=${scopes} onChange=${(allowed) => set({ allowed })} />
    <${Check} label=${t("policy.enabled")} help=${t("policy.enabledHelp")} checked=${form.enabled} onChange=${(enabled) => set({ enabled })} />
  </fieldset>`;
}

export function HowLong({ form, set, errors, readOnly }) {
  const options = ["noExpiration", "afterDuration", "afterDateTime"].map((value) => ({
    value,
    label: t(`policy.lasting_${value}`),
    help: t(`policy.lastingHelp_${value}`),
    disabled: readOnly,
  }));
  return html`<div class="stack-24 form-narrow">
    <${Choice} legend=${t("policy.lasting")} value=${form.lasting} options=${options} onChange=${(lasting) => set({ lasting })} />
    ${form.lasting === "afterDuration" && html`<${TextInput} id="lasts" type="number" min="1" max="3660" class="input input-number" label=${t("policy.lastsFor")} error=${errors.lasts}
      disabled=${readOnly} value=${form.lastsFor} onInput=${(lastsFor) => set({ lastsFor })} />`}
    ${form.lasting === "afterDateTime" && html`<${TextInput} id="ends" type="date" class="input input-date" label=${t("policy.lastDay")} error=${errors.ends}
      disabled=${readOnly} value=${form.ends} onInput=${(ends) => set({ ends })} />`}
  </div>`;
}

// Changing what a package or a catalog is called and who sees it; making a catalog.
import { Button } from "../kit/base.js";
import { Check, TextArea, TextInput } from "../kit/fields.js";
import { Dialog } from "../kit/floating.js";
import { explained, Notice, toast } from "../kit/telling.js";
import { patch, post } from "../lib/api.js";
import { html, useState } from "../lib/html.js";
import { t } from "../lib/texts.js";
import { EM } from "./draft.js";

/** A dialog over a few fields. `save(form)` is a promise; refusals stand at the name when they are about it. */
function Edit({ title, label, form: before, save, close, fields }) {
  const [form, setForm] = useState(before);
  const [error, setError] = useState(null);
  const [busy, setBusy] = useState(false);
  const set = (more) => (setForm((now) => ({ ...now, ...more })), setError(null));
  const go = async (event) => {
    event?.preventDefault();
    if (!form.displayName.trim()) return setError({ target: "displayName", message: t("policy.needsName"), status: 400 });
    setBusy(true);
    try {
      close(await save({ ...form, displayName: form.displayName.trim() }));
    } catch (problem) {
      setError(problem);
      setBusy(false);
    }
  };
  const own = error && (error.target === "displayName" || error.status === 409);
  const foot = html`<${Button} onClick=${() => close(false)}>${t("kit.cancel")}<//><${Button} kind="primary" busy=${busy} onClick=${go}>${label}<//>`;
  return html`<${Dialog} title=${title} close=${() => close(false)} foot=${foot}><form class="stack" onSubmit=${go} novalidate>
    <${TextInput} label=${t("packages.name")} error=${own ? explained(error) : null} value=${form.displayName} maxlength="256" required onInput=${(displayName) => set({ displayName })} />
    <${TextArea} label=${t("packages.packageDescription")} value=${form.description} onInput=${(description) => set({ description })} />
    ${fields(form, set)}
    ${error && !own && html`<${Notice} tone="deny">${explained(error)}<//>`}
    <button type="submit" hidden></button></form><//>`;
}

/** Change a package. `close(done)`. */
export function EditPackage({ packed, close }) {
  const save = async (form) => {
    await patch(`${EM}/accessPackages/${packed.id}`, form);
    toast(t("packages.packageSaved"));
    return true;
  };
  const form = { displayName: packed.displayName, description: packed.description || "", isHidden: packed.isHidden };
  return html`<${Edit} title=${t("packages.editPackage")} label=${t("packages.save")} form=${form} save=${save} close=${close}
    fields=${(now, set) => html`<${Check} label=${t("packages.hidden")} help=${t("packages.hiddenHelp")} checked=${now.isHidden} onChange=${(isHidden) => set({ isHidden })} />
      ${now.displayName !== packed.displayName && html`<${Notice}>${t("packages.renameConsequence", { count: packed.assignmentPolicies.length })}<//>`}`} />`;
}

/** Make a catalog, or change one. `close(done)` with the catalog. */
export function EditCatalog({ catalog, close }) {
  const save = async (form) => {
    const made = await (catalog ? patch(`${EM}/catalogs/${catalog.id}`, form) : post(`${EM}/catalogs`, form));
    toast(t(catalog ? "packages.catalogSaved" : "packages.catalogMade", { name: made.displayName }));
    return made;
  };
  const form = { displayName: catalog?.displayName || "", description: catalog?.description || "", isExternallyVisible: catalog ? catalog.isExternallyVisible : true };
  return html`<${Edit} title=${t(catalog ? "packages.editCatalog" : "packages.newCatalog")} label=${t(catalog ? "packages.save" : "packages.createCatalog")} form=${form} save=${save} close=${close}
    fields=${(now, set) => html`<${Check} label=${t("packages.external")} help=${t("packages.externalHelp")} checked=${now.isExternallyVisible} onChange=${(isExternallyVisible) => set({ isExternallyVisible })} />`} />`;
}

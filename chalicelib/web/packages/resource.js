// Putting a resource into a catalog: a group by its name, an application or a site by what it is called in its system.
import { Button } from "../kit/base.js";
import { Choice, PersonPicker, Select, TextArea, TextInput } from "../kit/fields.js";
import { Dialog } from "../kit/floating.js";
import { explained, Notice, toast } from "../kit/telling.js";
import { get, post } from "../lib/api.js";
import { useGet } from "../lib/hooks.js";
import { html, useState } from "../lib/html.js";
import { t } from "../lib/texts.js";
import { EM } from "./draft.js";

const RECORDED = "recorded"; // changed by hand elsewhere, no system is reached
const KINDS = ["AadGroup", "AadApplication", "SharePointOnline"];

async function groups(text, signal) {
  const page = await get(`/v1.0/groups?$top=8&$filter=contains(displayName,'${encodeURIComponent(text.replaceAll("'", "''"))}')`, { signal });
  return page.value.map((one) => ({ ...one, userPrincipalName: one.description || t("packages.group") }));
}

/** Roles as one writes them, one a line. */
const rolesOf = (text) =>
  text.split("\n").map((line) => line.trim()).filter(Boolean).map((name) => ({ displayName: name, originId: name.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, "-") }));

export function AddResource({ catalog, close }) {
  const [form, setForm] = useState({ connector: RECORDED, kind: "AadGroup", group: null, name: "", origin: "", roles: "" });
  const [error, setError] = useState(null);
  const [busy, setBusy] = useState(false);
  const set = (more) => (setForm((before) => ({ ...before, ...more })), setError(null));
  const { data: connectors } = useGet("/api/v1/connectors");
  const systems = (connectors?.value || []).map((one) => ({ value: one.name, label: one.builtIn ? t("packages.recordedOnly") : one.displayName }));
  const inside = form.connector === RECORDED; // groups of our own directory are chosen, those elsewhere named
  const group = form.kind === "AadGroup" && inside;
  const go = async () => {
    setBusy(true);
    const own = { originId: form.origin.trim(), displayName: form.name.trim() || undefined, roles: form.kind === "AadApplication" ? rolesOf(form.roles) : undefined };
    const resource = { originSystem: form.kind, "@accessReviews.connector": form.connector, ...(group ? { originId: form.group.id } : own) };
    try {
      await post(`${EM}/resourceRequests`, { requestType: "adminAdd", catalog: { id: catalog.id }, resource });
      toast(t("packages.resourceAdded", { name: group ? form.group.displayName : own.displayName || own.originId }));
      close(true);
    } catch (problem) {
      setError(problem);
      setBusy(false);
    }
  };
  const ready = group ? form.group : (form.name.trim() || !inside) && form.origin.trim();
  const foot = html`<${Button} onClick=${() => close(false)}>${t("kit.cancel")}<//><${Button} kind="primary" busy=${busy} disabled=${!ready} onClick=${go}>${t("packages.addResource")}<//>`;
  return html`<${Dialog} title=${t("packages.addResourceTitle", { name: catalog.displayName })} close=${() => close(false)} foot=${foot}><div class="stack roomy">
    ${systems.length > 1 && html`<${Select} label=${t("packages.liesIn")} help=${t(inside ? "packages.liesInNone" : "packages.liesInHelp")} value=${form.connector} options=${systems} onChange=${(connector) => set({ connector })} />`}
    <${Choice} legend=${t("packages.kind")} value=${form.kind} options=${KINDS.map((value) => ({ value, label: t(`packages.kind_${value}`), help: t(`packages.kindHelp_${value}`) }))} onChange=${(kind) => set({ kind })} />
    ${group ? html`<${PersonPicker} label=${t("packages.group")} value=${form.group} onChange=${(one) => set({ group: one })} search=${groups} placeholder=${t("packages.groupPlaceholder")} />`
      : html`<${TextInput} label=${t("packages.name")} help=${t(inside ? "packages.resourceNameHelp" : "packages.resourceNameThere")} value=${form.name} onInput=${(name) => set({ name })} />
        <${TextInput} label=${t("packages.origin")} help=${t(`packages.originHelp_${form.kind}`)} value=${form.origin} onInput=${(origin) => set({ origin })} />
        ${form.kind === "AadApplication" && html`<${TextArea} label=${t("packages.rolesOf")} help=${t("packages.rolesOfHelp")} value=${form.roles} onInput=${(roles) => set({ roles })} />`}`}
    ${error && html`<${Notice} tone="deny">${explained(error)}<//>`}</div><//>`;
}

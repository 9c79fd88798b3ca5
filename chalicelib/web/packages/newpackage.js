// A new access package: its name and its catalog; then on to its first policy.
import { Button } from "../kit/base.js";
import { Check, Select, TextArea, TextInput } from "../kit/fields.js";
import { PageHead } from "../kit/layout.js";
import { ErrorNote, explained, Notice } from "../kit/telling.js";
import { all, post } from "../lib/api.js";
import { html, useEffect, useRef, useState } from "../lib/html.js";
import { useLoad } from "../lib/hooks.js";
import { useMe } from "../lib/me.js";
import { navigate, useGuard, useQuery } from "../lib/router.js";
import { compare, t } from "../lib/texts.js";
import { EM } from "./draft.js";
import { manages } from "./rights.js";

export default function NewPackage() {
  const me = useMe();
  const query = useQuery();
  const catalogs = useLoad((signal) => all(`${EM}/catalogs?$select=id,displayName`, 1_000, { signal }), []);
  const offered = (catalogs.data || []).filter((one) => manages(me, one.id)).sort((a, b) => compare(a.displayName, b.displayName));
  const [form, setForm] = useState({ name: "", description: "", catalog: query.catalog || "", hidden: false });
  const [error, setError] = useState(null);
  const [busy, setBusy] = useState(false);
  const dirty = useRef(false);
  dirty.current = Boolean(form.name || form.description) && !busy;
  useGuard(() => dirty.current, t("packages.leave"));
  useEffect(() => void (error && document.getElementById("name")?.focus()), [error]);
  const set = (more) => (setForm((before) => ({ ...before, ...more })), setError(null));
  const catalog = form.catalog || offered[0]?.id;
  const create = async (event) => {
    event.preventDefault();
    if (!form.name.trim()) return setError({ target: "displayName", message: t("policy.needsName"), status: 400 });
    setBusy(true);
    try {
      const made = await post(`${EM}/accessPackages`, { displayName: form.name.trim(), description: form.description, isHidden: form.hidden, catalog: { id: catalog } });
      dirty.current = false;
      navigate(`/admin/packages/${made.id}/policies/new`);
    } catch (problem) {
      setBusy(false);
      setError(problem);
    }
  };
  const own = error && (error.target === "displayName" || error.status === 409);
  return html`<div class="page page-narrow">
    <${PageHead} crumbs=${[{ href: "/admin/packages", label: t("packages.title") }]} title=${t("packages.newPackage")} lede=${t("packages.newPackageLede")} />
    ${catalogs.error && html`<${ErrorNote} error=${catalogs.error} retry=${catalogs.reload} />`}
    <form class="stack-24 form-narrow" onSubmit=${create} novalidate>
      ${error && !own && html`<${Notice} tone="deny">${explained(error)}<//>`}
      <${TextInput} id="name" label=${t("packages.packageName")} help=${t("packages.packageNameHelp")} error=${own ? explained(error) : null} value=${form.name} maxlength="256" required onInput=${(name) => set({ name })} />
      <${TextArea} id="description" label=${t("packages.packageDescription")} help=${t("packages.packageDescriptionHelp")} value=${form.description} onInput=${(description) => set({ description })} />
      <${Select} id="catalog" label=${t("packages.catalog")} help=${t("packages.catalogHelp")} value=${catalog} options=${offered.map((one) => ({ value: one.id, label: one.displayName }))} onChange=${(value) => set({ catalog: value })} />
      <${Check} label=${t("packages.hidden")} help=${t("packages.hiddenHelp")} checked=${form.hidden} onChange=${(hidden) => set({ hidden })} />
      <div class="row"><button type="submit" class="button button-primary" disabled=${busy || !catalog} aria-busy=${busy ? "true" : undefined}>${t("packages.createPackage")}</button>
        <${Button} href="/admin/packages">${t("kit.cancel")}<//></div>
    </form>
  </div>`;
}

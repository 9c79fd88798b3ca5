// What a package gives: roles of its catalog's resources; adding and taking away, with what that does to those who hold it.
import { Button, Icon, Skeleton } from "../kit/base.js";
import { Select } from "../kit/fields.js";
import { Confirm, Dialog } from "../kit/floating.js";
import { Section } from "../kit/layout.js";
import { Empty, ErrorNote, explained, Notice, toast } from "../kit/telling.js";
import { all, del, post } from "../lib/api.js";
import { html, useState } from "../lib/html.js";
import { useLoad } from "../lib/hooks.js";
import { Link } from "../lib/router.js";
import { compare, t } from "../lib/texts.js";
import { EM } from "./draft.js";

export const ICONS = { AadGroup: "users", AadApplication: "layout-grid", SharePointOnline: "folder" };

export function Gives({ packed, people, mine }) {
  const address = `${EM}/accessPackages/${packed.id}/resourceRoleScopes`;
  const loaded = useLoad((signal) => all(`${address}?$expand=role($expand=resource)`, 1_000, { signal }), [packed.id]);
  const [asking, setAsking] = useState(null);
  const rows = [...(loaded.data || [])].sort((a, b) => compare(a.role.resource.displayName, b.role.resource.displayName));
  const add = mine && html`<${Button} icon="plus" onClick=${() => setAsking("add")}>${t("packages.addRole")}<//>`;
  const remove = async () => {
    await del(`${address}/${asking.id}`);
    toast(t("packages.roleRemoved", { role: asking.role.displayName, resource: asking.role.resource.displayName }));
  };
  return html`<${Section} title=${t("packages.gives")} note=${t("packages.givesNote")} actions=${rows.length > 0 && add}>
    ${loaded.error && html`<${ErrorNote} error=${loaded.error} retry=${loaded.reload} />`}
    ${!loaded.data && !loaded.error && html`<${Skeleton} rows=${2} height=${48} />`}
    ${loaded.data && !rows.length && html`<${Empty} icon="key-round" title=${t("packages.givesNothing")} action=${add}>${t("packages.givesNothingHelp")}<//>`}
    <ul class="lines">${rows.map((one) => html`<li key=${one.id} class="line"><span class="named-icon"><${Icon} name=${ICONS[one.role.originSystem] || "key-round"} /></span>
      <span class="grow person-words"><span class="person-name">${t("packages.roleIn", { role: one.role.displayName, resource: one.role.resource.displayName })}</span>
        <span class="person-detail">${t(`packages.kind_${one.role.originSystem}`)}</span></span>
      ${mine && html`<${Button} kind="quiet" small onClick=${() => setAsking(one)}>${t("packages.remove")}<span class="unseen"> ${one.role.displayName}, ${one.role.resource.displayName}</span><//>`}</li>`)}</ul>
    ${asking === "add" && html`<${AddRole} packed=${packed} people=${people} held=${rows} close=${(done) => (setAsking(null), done && loaded.reload())} />`}
    ${asking?.id && html`<${Confirm} danger title=${t("packages.removeRoleTitle", { role: asking.role.displayName, resource: asking.role.resource.displayName })} label=${t("packages.removeRole")} act=${remove}
      close=${(done) => (setAsking(null), done && loaded.reload())}><p>${t("packages.removeRoleConsequence", { count: people ?? 0 })}</p><//>`}
  <//>`;
}

function AddRole({ packed, people, held, close }) {
  const resources = useLoad((signal) => all(`${EM}/catalogs/${packed.catalog.id}/resources?$expand=roles`, 1_000, { signal }), [packed.catalog.id]);
  const [chosen, setChosen] = useState("");
  const [error, setError] = useState(null);
  const [busy, setBusy] = useState(false);
  const taken = new Set(held.map((one) => `${one.role.resource.id}|${one.role.originId}`));
  const groups = (resources.data || []).map((one) => ({
    label: one.displayName,
    options: (one.roles || []).map((role) => ({ value: `${one.id}|${role.originId}`, label: t("packages.roleIn", { role: role.displayName, resource: one.displayName }), disabled: taken.has(`${one.id}|${role.originId}`) })),
  }));
  const save = async () => {
    const [resource, ...origin] = chosen.split("|");
    setBusy(true);
    try {
      await post(`${EM}/accessPackages/${packed.id}/resourceRoleScopes`, { role: { originId: origin.join("|"), resource: { id: resource } }, scope: { isRootScope: true } });
      toast(t("packages.roleAdded"));
      close(true);
    } catch (problem) {
      setError(problem);
      setBusy(false);
    }
  };
  const foot = html`<${Button} onClick=${() => close(false)}>${t("kit.cancel")}<//><${Button} kind="primary" busy=${busy} disabled=${!chosen} onClick=${save}>${t("packages.addRole")}<//>`;
  return html`<${Dialog} title=${t("packages.addRole")} close=${() => close(false)} foot=${foot}><div class="stack">
    ${resources.error && html`<${ErrorNote} error=${resources.error} retry=${resources.reload} />`}
    ${resources.data?.length === 0
      ? html`<${Notice}>${t("packages.noResourcesYet")} <${Link} href="/admin/catalogs/${packed.catalog.id}">${t("packages.toCatalog", { name: packed.catalog.displayName })}<//><//>`
      : html`<${Select} label=${t("packages.roleOfResource")} help=${t("packages.roleOfResourceHelp", { name: packed.catalog.displayName })} value=${chosen}
          options=${[{ value: "", label: t("packages.choose") }, ...groups]} onChange=${setChosen} />`}
    ${chosen && people > 0 && html`<p>${t("packages.addRoleConsequence", { count: people })}</p>`}
    ${error && html`<${Notice} tone="deny">${explained(error)}<//>`}</div><//>`;
}

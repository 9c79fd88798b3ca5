// Separation of duties: packages and groups nobody may have together with this one, and who has both today.
import { Avatar, Button, Icon, Skeleton, Tag } from "../kit/base.js";
import { PersonPicker } from "../kit/fields.js";
import { Confirm, Dialog } from "../kit/floating.js";
import { Section } from "../kit/layout.js";
import { ErrorNote, explained, Notice, toast } from "../kit/telling.js";
import { del, get, post } from "../lib/api.js";
import { html, useState } from "../lib/html.js";
import { useGet } from "../lib/hooks.js";
import { located } from "../lib/place.js";
import { Link } from "../lib/router.js";
import { t } from "../lib/texts.js";
import { EM } from "./draft.js";

const WHERE = { accessPackage: ["incompatibleAccessPackages", "accessPackages"], group: ["incompatibleGroups", "groups"] };
const quoted = (text) => encodeURIComponent(text.replaceAll("'", "''"));

export function Incompatible({ packed, mine }) {
  const loaded = useGet(`/api/v1/access-packages/${packed.id}/incompatible-holders`);
  const [asking, setAsking] = useState(null);
  const rows = loaded.data?.value || [];
  const remove = async () => {
    await del(`${EM}/accessPackages/${packed.id}/${WHERE[asking.kind][0]}/${asking.id}/$ref`);
    toast(t("packages.incompatibleRemoved", { name: asking.displayName }));
  };
  const add = mine && html`<${Button} icon="plus" onClick=${() => setAsking("add")}>${t("packages.addIncompatible")}<//>`;
  return html`<${Section} title=${t("packages.incompatible")} note=${t("packages.incompatibleNote")} actions=${add}>
    ${loaded.error && html`<${ErrorNote} error=${loaded.error} retry=${loaded.reload} />`}
    ${!loaded.data && !loaded.error && html`<${Skeleton} rows=${1} height=${48} />`}
    ${loaded.data && !rows.length && html`<p class="muted">${t("packages.noIncompatible")}</p>`}
    <ul class="lines">${rows.map((one) => html`<li key=${one.id} class="line"><span class="named-icon"><${Icon} name=${one.kind === "group" ? "users" : "package"} /></span>
      <span class="grow person-words">${one.kind === "group" ? html`<span class="person-name">${one.displayName}</span>` : html`<${Link} class="person-name" href="/admin/packages/${one.id}">${one.displayName}<//>`}
        <span class="person-detail">${t(one.kind === "group" ? "packages.group" : "packages.package")}</span></span>
      ${one.count > 0 ? html`<button type="button" class="link-button" onClick=${() => setAsking({ both: one })}><${Tag} tone="unsure" icon="triangle-alert">${t("packages.haveBoth", { count: one.count })}<//></button>` : html`<span class="muted small">${t("packages.nobodyBoth")}</span>`}
      ${mine && html`<${Button} kind="quiet" small onClick=${() => setAsking(one)}>${t("packages.remove")}<span class="unseen"> ${one.displayName}</span><//>`}</li>`)}</ul>
    ${asking === "add" && html`<${Add} packed=${packed} listed=${rows} close=${(done) => (setAsking(null), done && loaded.reload())} />`}
    ${asking?.both && html`<${Both} packed=${packed} one=${asking.both} close=${() => setAsking(null)} />`}
    ${asking?.id && html`<${Confirm} title=${t("packages.removeIncompatibleTitle", { name: asking.displayName })} label=${t("packages.remove")} act=${remove} close=${(done) => (setAsking(null), done && loaded.reload())}>
      <p>${t("packages.removeIncompatibleConsequence", { name: asking.displayName, here: packed.displayName })}</p><//>`}
  <//>`;
}

async function packagesAndGroups(text, signal) {
  const [packages, groups] = await Promise.all([
    get(`${EM}/accessPackages?$top=6&$filter=contains(displayName,'${quoted(text)}')`, { signal }),
    get(`/v1.0/groups?$top=4&$filter=contains(displayName,'${quoted(text)}')`, { signal }),
  ]);
  const kind = (one, name) => ({ ...one, kind: name, jobTitle: t(name === "group" ? "packages.group" : "packages.package"), userPrincipalName: "" });
  return [...packages.value.map((one) => kind(one, "accessPackage")), ...groups.value.map((one) => kind(one, "group"))];
}

function Add({ packed, listed, close }) {
  const [chosen, setChosen] = useState(null);
  const [error, setError] = useState(null);
  const [busy, setBusy] = useState(false);
  const save = async () => {
    setBusy(true);
    try {
      const [list, kind] = WHERE[chosen.kind];
      const place = chosen.kind === "group" ? "/v1.0/groups" : `${EM}/${kind}`;
      await post(`${EM}/accessPackages/${packed.id}/${list}/$ref`, { "@odata.id": `${location.origin}${located(place)}/${chosen.id}` });
      toast(t("packages.incompatibleAdded", { name: chosen.displayName }));
      close(true);
    } catch (problem) {
      setError(problem);
      setBusy(false);
    }
  };
  const foot = html`<${Button} onClick=${() => close(false)}>${t("kit.cancel")}<//><${Button} kind="primary" busy=${busy} disabled=${!chosen} onClick=${save}>${t("packages.addIncompatible")}<//>`;
  return html`<${Dialog} title=${t("packages.addIncompatible")} close=${() => close(false)} foot=${foot}><div class="stack roomy">
    <${PersonPicker} label=${t("packages.packageOrGroup")} help=${t("packages.packageOrGroupHelp", { name: packed.displayName })} value=${chosen} onChange=${setChosen} search=${packagesAndGroups}
      without=${[packed.id, ...listed.map((one) => one.id)]} placeholder=${t("packages.packageOrGroupPlaceholder")} autofocus />
    ${chosen && html`<p class="muted">${t("packages.addIncompatibleConsequence")}</p>`}
    ${error && html`<${Notice} tone="deny">${explained(error)}<//>`}</div><//>`;
}

function Both({ packed, one, close }) {
  const loaded = useGet(`/api/v1/access-packages/${packed.id}/incompatible-holders/${one.id}`);
  return html`<${Dialog} title=${t("packages.bothTitle", { here: packed.displayName, other: one.displayName })} close=${close}>
    ${loaded.error ? html`<${ErrorNote} error=${loaded.error} retry=${loaded.reload} />` : !loaded.data ? html`<${Skeleton} lines=${3} />`
      : html`<ul class="figure-names">${loaded.data.value.map((row) => html`<li key=${row.assignmentId}><${Avatar} name=${row.person.displayName || ""} id=${row.person.id} size=${24} />
        <span class="clip grow">${row.person.displayName || row.person.id}</span><span class="muted clip">${row.person.userPrincipalName}</span></li>`)}
        ${one.count > loaded.data.value.length && html`<li class="muted">${t("packages.andMore", { count: one.count - loaded.data.value.length })}</li>`}</ul>`}
  <//>`;
}

// Who answers for the reviews of a package or catalog and signs them off; administrators name them.
import { Button, Person, Skeleton } from "../kit/base.js";
import { PersonPicker } from "../kit/fields.js";
import { Confirm } from "../kit/floating.js";
import { Section } from "../kit/layout.js";
import { ErrorNote, explained, toast } from "../kit/telling.js";
import { del, put } from "../lib/api.js";
import { useGet } from "../lib/hooks.js";
import { html, useState } from "../lib/html.js";
import { t } from "../lib/texts.js";

/** `of` is "access-packages" or "catalogs". */
export function ControlOwner({ of, id }) {
  const path = `/api/v1/${of}/${id}/control-owner`;
  const { data, error, reload } = useGet(path);
  const [asking, ask] = useState(false);
  const own = data?.of === (of === "catalogs" ? "catalog" : "package");
  const leave = async () => {
    try {
      await del(path);
      reload();
    } catch (problem) {
      toast(explained(problem), { tone: "deny" });
    }
  };
  const acts = data?.mayName && html`${own && html`<${Button} kind="quiet" onClick=${leave}>${t(of === "catalogs" ? "proof.nobodyOwns" : "proof.leaveToCatalog")}<//>`}
    <${Button} icon="user-check" onClick=${() => ask(true)}>${t(data.controlOwner && own ? "proof.nameAnother" : "proof.nameOwner")}<//>`;
  return html`<${Section} title=${t("proof.controlOwner")} note=${t("proof.controlOwnerNote")} actions=${acts}>
    ${error && !data ? html`<${ErrorNote} error=${error} retry=${reload} />` : !data ? html`<${Skeleton} lines=${1} />`
      : data.controlOwner ? html`<${Person} id=${data.controlOwner.id} name=${data.controlOwner.displayName || t("proof.gone")} href="/admin/people/${data.controlOwner.id}" detail=${t(own ? "proof.namedHere" : "proof.namedForCatalog")} />`
        : html`<p class="muted">${t("proof.nobodyNamed")}</p>`}
    ${asking && html`<${Naming} path=${path} close=${(did) => (ask(false), did && reload())} />`}
  <//>`;
}

function Naming({ path, close }) {
  const [person, setPerson] = useState(null);
  const act = async () => {
    await put(path, { personId: person.id });
    toast(t("proof.named", { name: person.displayName }));
  };
  return html`<${Confirm} title=${t("proof.nameOwner")} label=${t("proof.nameThem")} act=${act} close=${close} disabled=${!person}>
    <p>${t("proof.nameWhat")}</p><${PersonPicker} label=${t("proof.person")} value=${person} onChange=${setPerson} autofocus /><//>`;
}

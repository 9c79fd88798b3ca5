// Who may do what, as sentences: everywhere first, then catalog by catalog and package by package.
import { Avatar, Button, Icon, Skeleton, When } from "../kit/base.js";
import { Confirm } from "../kit/floating.js";
import { Section } from "../kit/layout.js";
import { Empty, ErrorNote, toast } from "../kit/telling.js";
import { del } from "../lib/api.js";
import { longDay } from "../lib/dates.js";
import { useGet } from "../lib/hooks.js";
import { html, useState } from "../lib/html.js";
import { useMe } from "../lib/me.js";
import { Link } from "../lib/router.js";
import { compare, t } from "../lib/texts.js";
import { GiveRole } from "./give_role.js";
import { EVERYWHERE, OF_CATALOG, Scope } from "./words.js";

const ORDER = [...EVERYWHERE, ...OF_CATALOG];

/** May the caller give and take roles in this scope, as far as the page can tell? The API decides. */
function gives(me, scope) {
  return me.administrator || me.roles.some((one) => one.role === "catalogOwner" && (one.scope === scope || scope.startsWith("package:")));
}

function grouped(grants) {
  const groups = new Map();
  for (const one of grants) groups.set(one.scope, [...(groups.get(one.scope) || []), one]);
  const name = (scope) => groups.get(scope)[0].scopeDisplayName || "";
  return [...groups.keys()]
    .sort((a, b) => (a ? 1 : 0) - (b ? 1 : 0) || compare(name(a), name(b)))
    .map((scope) => ({ scope, grants: groups.get(scope).sort((a, b) => ORDER.indexOf(a.role) - ORDER.indexOf(b.role) || compare(a.principalDisplayName || "", b.principalDisplayName || "")) }));
}

export function RolesPart() {
  const me = useMe();
  const { data, error, reload } = useGet("/api/v1/roles");
  const [giving, setGiving] = useState(false);
  const [taking, setTaking] = useState(null);
  if (error) return html`<${ErrorNote} error=${error} retry=${reload} />`;
  const owner = me.roles.some((one) => one.role === "catalogOwner");
  return html`<div>
    <div class="between roles-head"><p class="muted prose">${t("roles.lede")}</p>
      ${(me.administrator || owner) && html`<${Button} kind="primary" icon="plus" onClick=${() => setGiving(true)}>${t("roles.give")}<//>`}</div>
    ${!data && html`<${Skeleton} rows=${5} />`}
    ${data && !data.value.length && html`<${Empty} icon="user-cog" title=${t("roles.none")}>${t("roles.noneWhy")}<//>`}
    ${data && grouped(data.value).map(({ scope, grants }) => html`<${Section} key=${scope} title=${html`<${Where} grant=${grants[0]} />`}>
      <ul class="grants">${grants.map((one) => html`<${Grant} key=${one.id} grant=${one} take=${gives(me, scope) && (() => setTaking(one))} />`)}</ul><//>`)}
    ${giving && html`<${GiveRole} close=${() => setGiving(false)} given=${reload} />`}
    ${taking && html`<${TakeRole} grant=${taking} close=${(done) => (setTaking(null), done && reload())} />`}
  </div>`;
}

const Where = ({ grant }) => {
  if (!grant.scope) return t("roles.everywhere");
  const catalog = grant.scope.startsWith("catalog:");
  return html`<span class="roles-where"><${Icon} name=${catalog ? "folder" : "package"} size=${20} label=${t(catalog ? "roles.catalog" : "roles.package")} /><${Scope} grant=${grant} /></span>`;
};

function Grant({ grant, take }) {
  const group = grant.principalKind === "group";
  const name = grant.principalDisplayName || t("roles.gonePrincipal");
  return html`<li class="grant">
    ${group ? html`<span class="grant-group" aria-hidden="true"><${Icon} name="users" size=${20} /></span>` : html`<${Avatar} name=${name} id=${grant.principalId} size=${36} />`}
    <span class="grant-words"><span>${group ? html`<span class="strong">${t("roles.members", { name })}</span> ${t("roles.are")}` : html`<${Link} href="/admin/people/${grant.principalId}" class="person-name">${name}<//> ${t("roles.is")}`} <span class="strong">${t(`roles.${grant.role}-${group ? "many" : "one"}`)}</span></span>
      <span class="person-detail">${t(`roles.${grant.role}-may`)}</span></span>
    <span class="grant-since small muted">${grant.createdDateTime && html`<${When} at=${grant.createdDateTime}>${t("roles.since", { day: longDay(grant.createdDateTime) })}<//>`}</span>
    ${take && html`<${Button} small kind="quiet" icon="x" bare onClick=${take}>${t("roles.takeFrom", { name })}<//>`}
  </li>`;
}

function TakeRole({ grant, close }) {
  const me = useMe();
  const name = grant.principalDisplayName || t("roles.gonePrincipal");
  const act = async () => {
    await del(`/api/v1/roles/${grant.id}`);
    toast(t("roles.taken", { name }));
  };
  return html`<${Confirm} danger title=${t("roles.takeTitle", { name })} label=${t("roles.take")} act=${act} close=${close}>
    <p>${t(grant.scope ? "roles.takeWhatOf" : "roles.takeWhat", { name, role: t(`roles.${grant.role}-one`), scope: grant.scopeDisplayName || t("roles.goneScope") })}</p>
    <p class="muted">${t("roles.takeConsequence", { may: t(`roles.${grant.role}-may`) })}</p>
    ${grant.principalId === me.id && html`<p class="strong">${t("roles.takeOwn")}</p>`}
  <//>`;
}

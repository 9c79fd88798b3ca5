// Who may do what, as sentences: everywhere first, then catalog by catalog and package by package.
import { Avatar, Button, Icon, Skeleton, When } from "../kit/base.js";
import { SearchInput } from "../kit/fields.js";
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

const MANY = 12; // from so many on one searches
const ORDER = [...EVERYWHERE, ...OF_CATALOG];

/** May the caller give and take roles in this scope, as far as the page can tell? The API decides. */
function gives(me, scope) {
  return me.administrator || me.roles.some((one) => one.role === "catalogOwner" && (one.scope === scope || scope.startsWith("package:")));
}

const kindOf = (scope) => scope.split(":")[0] || "everywhere";
const called = (one) => one.principalDisplayName || "";

/** The roles by where they hold: everywhere, in catalogs, of packages; by name, then from the widest role on. */
function grouped(grants) {
  const order = (a, b) => compare(a.scopeDisplayName || "", b.scopeDisplayName || "") || ORDER.indexOf(a.role) - ORDER.indexOf(b.role) || compare(called(a), called(b));
  return ["everywhere", "catalog", "package"]
    .map((kind) => ({ kind, grants: grants.filter((one) => kindOf(one.scope) === kind).sort(order) }))
    .filter((one) => one.grants.length);
}

export function RolesPart() {
  const me = useMe();
  const { data, error, reload } = useGet("/api/v1/roles");
  const [giving, setGiving] = useState(false);
  const [taking, setTaking] = useState(null);
  const [text, setText] = useState("");
  if (error) return html`<${ErrorNote} error=${error} retry=${reload} />`;
  const owner = me.roles.some((one) => one.role === "catalogOwner");
  const wanted = text.trim().toLowerCase();
  const found = (data?.value || []).filter((one) => [called(one), one.scopeDisplayName || ""].some((name) => name.toLowerCase().includes(wanted)));
  return html`<div class="roles">
    <div>
      <div class="between roles-head">${data?.value.length > MANY ? html`<${SearchInput} label=${t("roles.search")} value=${text} onInput=${setText} />` : html`<p class="muted prose">${t("roles.lede")}</p>`}
        ${(me.administrator || owner) && html`<${Button} kind="primary" icon="plus" onClick=${() => setGiving(true)}>${t("roles.give")}<//>`}</div>
      ${!data && html`<${Skeleton} rows=${5} />`}
      ${data && !found.length && html`<${Empty} icon="user-cog" title=${t(wanted ? "roles.noneFound" : "roles.none")}>${t(wanted ? "roles.noneFoundWhy" : "roles.noneWhy")}<//>`}
      ${grouped(found).map(({ kind, grants }) => html`<${Section} key=${kind} title=${t(`roles.in-${kind}`)}>
        <ul class="grants">${grants.map((one) => html`<${Grant} key=${one.id} grant=${one} take=${gives(me, one.scope) && (() => setTaking(one))} />`)}</ul><//>`)}
    </div>
    <aside class="roles-meaning" aria-labelledby="roles-meaning"><h2 id="roles-meaning">${t("roles.meaning")}</h2>
      <dl>${ORDER.map((role) => html`<div key=${role}><dt class="strong">${t(`roles.${role}`)}</dt><dd class="muted">${t(`roles.${role}-may`)}</dd></div>`)}</dl>
      <p class="muted small">${t("roles.lede")}</p></aside>
    ${giving && html`<${GiveRole} close=${() => setGiving(false)} given=${reload} />`}
    ${taking && html`<${TakeRole} grant=${taking} close=${(done) => (setTaking(null), done && reload())} />`}
  </div>`;
}

/** One role as a sentence: "Nora Berg is a package manager of Payroll". */
function Grant({ grant, take }) {
  const group = grant.principalKind === "group";
  const name = grant.principalDisplayName || t("roles.gonePrincipal");
  const who = group ? html`<span class="strong">${t("roles.members", { name })}</span> ${t("roles.are")}` : html`<${Link} href="/admin/people/${grant.principalId}" class="person-name">${name}<//> ${t("roles.is")}`;
  return html`<li class="grant">
    ${group ? html`<span class="grant-group" aria-hidden="true"><${Icon} name="users" /></span>` : html`<${Avatar} name=${name} id=${grant.principalId} size=${32} />`}
    <span class="grant-words">${who} <span class="strong">${t(`roles.${grant.role}-${group ? "many" : "one"}`)}</span>${grant.scope && html` ${t("roles.of")} <${Scope} grant=${grant} />`}</span>
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

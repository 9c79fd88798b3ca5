// Everybody, by name; the search is in the address.
import { Avatar, Button, Tag, When } from "../kit/base.js";
import { SearchInput } from "../kit/fields.js";
import { DataTable, PageHead } from "../kit/layout.js";
import { Empty } from "../kit/telling.js";
import { ago } from "../lib/dates.js";
import { usePages, useStill } from "../lib/hooks.js";
import { html, useEffect, useState } from "../lib/html.js";
import { useMe } from "../lib/me.js";
import { Link, navigate, setQuery, useQuery } from "../lib/router.js";
import { t } from "../lib/texts.js";

export default function People() {
  const me = useMe();
  const { search = "" } = useQuery();
  const [text, setText] = useState(search);
  const still = useStill(text.trim(), 200);
  useEffect(() => void (still !== search && setQuery({ search: still })), [still]);
  const list = usePages(`/api/v1/people${search ? `?search=${encodeURIComponent(search)}` : ""}`);
  return html`<div class="page">
    <${PageHead} title=${t("people.title")} lede=${t("people.lede")}
      actions=${me.administrator && html`<${Button} icon="upload" href="/admin/imports">${t("people.import")}<//>`} />
    <div class="people-tools"><${SearchInput} label=${t("people.search")} value=${text} onInput=${setText} autofocus /></div>
    <${DataTable} caption=${t("people.title")} list=${list} columns=${columns()} empty=${nobody(search, me)}
      onRow=${(one) => navigate(`/admin/people/${one.id}`)} />
  </div>`;
}

const nobody = (search, me) => search
  ? html`<${Empty} icon="search" title=${t("people.noneFound", { text: search })}>${t("people.noneFoundWhy")}<//>`
  : html`<${Empty} icon="users" title=${t("people.none")} action=${me.administrator && html`<${Button} kind="primary" icon="upload" href="/admin/imports">${t("people.import")}<//>`}>${t("people.noneWhy")}<//>`;

const columns = () => [
  { id: "name", title: t("people.person"), wide: true, cell: (one) => html`<span class="person"><${Avatar} name=${one.displayName} id=${one.id} size=${36} />
      <span class="person-words"><span class="row"><${Link} href="/admin/people/${one.id}" class="person-name">${one.displayName}<//><${States} person=${one} /></span>
      <span class="person-detail clip">${[one.jobTitle, one.department].filter(Boolean).join(" · ") || one.userPrincipalName}</span></span></span>` },
  { id: "manager", title: t("people.manager"), cell: (one) => one.manager ? html`<${Link} href="/admin/people/${one.manager.id}" class="quiet-link">${one.manager.displayName || t("people.gone")}<//>` : html`<span class="faint">${t("people.noManager")}</span>` },
  { id: "signIn", title: t("people.lastSignIn"), cell: (one) => html`<${SignIn} person=${one} />` },
];

/** What is unusual about somebody's account. */
export const States = ({ person }) => html`${!person.accountEnabled && html`<${Tag} tone="deny" icon="ban">${t("people.disabled")}<//>`}
  ${person.invitation === "pending" && html`<${Tag} tone="unsure" icon="hourglass">${t("people.invited")}<//>`}
  ${person.userType === "Guest" && person.invitation !== "pending" && html`<${Tag}>${t("people.guest")}<//>`}`;

/** When somebody signed in last, in words. */
export const SignIn = ({ person }) => person.lastSignInDateTime
  ? html`<span class="nowrap"><${When} at=${person.lastSignInDateTime}>${ago(person.lastSignInDateTime)}<//></span>`
  : html`<span class="faint">${t(person.neverSignedIn ? "people.never" : "people.unknown")}</span>`;

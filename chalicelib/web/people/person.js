// One person: who they are at the side, and in parts what they hold, answer for, were reviewed in, may do, were told.
import { Avatar, Button, Skeleton, When } from "../kit/base.js";
import { Facts, PageHead, Tabs } from "../kit/layout.js";
import { ErrorNote, NotFound, Notice } from "../kit/telling.js";
import { ago, longDay } from "../lib/dates.js";
import { useGet } from "../lib/hooks.js";
import { html, useState } from "../lib/html.js";
import { useMe } from "../lib/me.js";
import { Link, useQuery } from "../lib/router.js";
import { t } from "../lib/texts.js";
import { MailAgain } from "../mail/suppressed.js";
import { Erase } from "./erase.js";
import { SignIn, States } from "./list.js";
import { Access, Answers, Mails, Reviewed, Roles } from "./parts.js";

const MOST_USED = 8; // resources shown
const PARTS = { access: Access, answers: Answers, reviewed: Reviewed, roles: Roles, mails: Mails };

export default function OnePerson({ id }) {
  const me = useMe();
  const { data: person, error, reload } = useGet(`/api/v1/people/${id}`);
  const { part = "access" } = useQuery();
  const [erasing, setErasing] = useState(false);
  const crumbs = [{ label: t("people.title"), href: "/admin/people" }];
  if (error?.status === 404) return html`<div class="page"><${NotFound} /></div>`;
  if (error) return html`<div class="page"><${PageHead} crumbs=${crumbs} title=${t("people.person")} /><${ErrorNote} error=${error} retry=${reload} /></div>`;
  const Part = PARTS[part] || Access;
  const actions = html`${me.administrator && person && !person.leavingDateTime && me.id !== id && html`<${Button} kind="quiet" icon="user-x" onClick=${() => setErasing(true)}>${t("people.eraseStart")}<//>`}
    ${me.reads && html`<${Button} icon="scroll-text" href="/audit?target=${id}">${t("people.audit")}<//>`}`;
  return html`<div class="page">
    <${PageHead} crumbs=${crumbs} title=${html`<${Title} person=${person} />`} actions=${actions} />
    ${person && html`<${Notices} person=${person} reload=${reload} />`}
    <div class="one-person">
      <aside class="one-person-side" aria-label=${t("people.who")}>${person ? html`<${Who} person=${person} />` : html`<${Skeleton} lines=${7} />`}</aside>
      <div class="one-person-main">
        <${Tabs} label=${t("people.parts")} current=${part} tabs=${tabs(id, me)} />
        ${person && html`<${Part} key=${part} id=${id} />`}
      </div>
    </div>
    ${erasing && html`<${Erase} person=${person} close=${(done) => (setErasing(false), done && reload())} />`}
  </div>`;
}

const tabs = (id, me) => Object.keys(PARTS)
  .filter((name) => name !== "mails" || me.administrator || me.auditor || me.assigns)
  .map((name) => ({ id: name, label: t(`people.part-${name}`), href: `/admin/people/${id}${name === "access" ? "" : `?part=${name}`}` }));

const Title = ({ person }) => person
  ? html`<span class="person-title"><${Avatar} name=${person.displayName} id=${person.id} size=${56} />
      <span class="person-title-words"><bdi>${person.displayName}</bdi><span class="page-lede">${[person.jobTitle, person.department].filter(Boolean).join(" · ")}</span></span></span>`
  : html`<span class="person-title"><span class="skeleton person-title-round"></span><span class="unseen">${t("people.person")}</span></span>`;

/** What one must know first: they cannot review, or somebody stands in. */
function Notices({ person, reload }) {
  const away = person.delegate;
  const [asking, ask] = useState(false);
  const me = useMe();
  if (person.leavingDateTime) return html`<div class="person-notices"><${Notice} tone="deny" icon="user-x">${t("people.leaving")}<//></div>`;
  if (person.canReview && !away && !person.unmailed) return null;
  return html`<div class="person-notices stack-8">
    ${!person.canReview && html`<${Notice} tone="unsure">${t(person.accountEnabled ? "people.cannotInvited" : "people.cannotDisabled")}<//>`}
    ${person.unmailed && html`<${Notice} tone="unsure" icon="mail-x" title=${t(`people.unmailed-${person.unmailed.reason}`)} action=${me.administrator && html`<${Button} small aria-haspopup="dialog" onClick=${() => ask(true)}>${t("people.mailAgain")}<//>`}>${t("people.unmailedWhy", { address: person.unmailed.address, since: longDay(person.unmailed.sinceDateTime) })}<//>`}
    ${asking && html`<${MailAgain} address=${person.unmailed.address} name=${person.displayName} close=${(did) => (ask(false), did && reload())} />`}
    ${away && html`<${Notice} icon="user-check">${t("people.away", { name: away.to.displayName || t("people.gone"), from: longDay(away.startDateTime), until: longDay(away.endDateTime) })}<//>`}
  </div>`;
}

/** What somebody used last, the latest first. */
const Used = ({ used }) => html`<ul class="person-used">${used.slice(0, MOST_USED).map((one) => html`<li key=${one.resource}><span class="breakable">${one.resource}</span> <span class="muted"><${When} at=${one.lastUsedDateTime}>${ago(one.lastUsedDateTime)}<//></span></li>`)}
  ${used.length > MOST_USED && html`<li class="faint">${t("people.usedMore", { count: used.length - MOST_USED })}</li>`}</ul>`;

const Who = ({ person }) => html`<${Facts} rows=${[
      [t("people.signInName"), html`<span class="breakable">${person.userPrincipalName}</span>`],
      [t("people.mail"), person.mail ? html`<span class="breakable">${person.mail}</span>` : html`<span class="faint">${t("people.noMail")}</span>`],
      [t("people.manager"), person.manager ? html`<${Link} href="/admin/people/${person.manager.id}">${person.manager.displayName || t("people.gone")}<//>` : html`<span class="faint">${t("people.noManager")}</span>`],
      [t("people.lastSignIn"), html`<${SignIn} person=${person} />`],
      [t("people.silent"), person.signInActivity.lastNonInteractiveDateTime && html`<${When} at=${person.signInActivity.lastNonInteractiveDateTime}>${ago(person.signInActivity.lastNonInteractiveDateTime)}<//>`],
      [t("people.toldBy"), person.signInActivity.source && html`<span class="breakable">${person.signInActivity.source}</span>`],
      [t("people.used"), person.signInActivity.used.length > 0 && html`<${Used} used=${person.signInActivity.used} />`],
      [t("people.knownUntil"), person.signInKnownUntilDateTime && html`<${When} at=${person.signInKnownUntilDateTime}>${ago(person.signInKnownUntilDateTime)}<//>`],
      [t("people.since"), person.createdDateTime && html`<${When} at=${person.createdDateTime}>${longDay(person.createdDateTime)}<//>`],
      [t("people.provisionedBy"), person.provisionedBy.length > 0 && person.provisionedBy.map((one) => one.displayName || t("people.providerGone")).join(", ")],
      [t("people.account"), (person.userType === "Guest" || !person.accountEnabled) && html`<span class="row"><${States} person=${person} /></span>`],
    ]} />`;

// A group of what waits (a person with their packages, or a package with its people), and one row of it.
import { Avatar, Button, Due, Icon, Tag } from "../kit/base.js";
import { html, useMemo } from "../lib/html.js";
import { Link } from "../lib/router.js";
import { t } from "../lib/texts.js";
import { Reason } from "../review/reason.js";
import { Switch } from "../review/rows.js";
import { DECISIONS, suggestion } from "../review/words.js";

const PersonHead = ({ item }) => html`<${Avatar} name=${item.name} id=${item.personId} size=${36} />
  <div class="person-words"><h2 class="group-title">${item.name}</h2><p class="person-detail">${[item.title, item.department].filter(Boolean).join(" · ") || item.address}</p></div>`;

const PackageHead = ({ review }) => html`<div class="person-words"><h2 class="group-title"><${Link} class="plain-link" href="/reviews/${review.id}">${review.accessPackage.displayName}<//></h2>
  <p class="person-detail"><${Due} at=${review.endDateTime} zone=${review.timeZone} /></p></div>`;

/** `by` is "person" or "package". */
export function Group({ group, by, desk }) {
  const { item, review } = group.rows[0];
  const free = desk.free(group);
  const name = by === "package" ? review.accessPackage.displayName : item.name;
  const many = group.rows.length > 1;
  const all = (decision) => html`<${Button} small icon=${DECISIONS[decision].icon} aria-label=${t(`reviews.all_${decision}Of`, { name, count: free.length })}
    onClick=${() => desk.chooseAll(free, decision)}>${t(`reviews.all_${decision}`, { count: free.length })}<//>`;
  return html`<section class="waiting-group" aria-label=${name}>
    <header class="waiting-head">${by === "package" ? html`<${PackageHead} review=${review} />` : html`<${PersonHead} item=${item} />`}
      <div class="waiting-acts">${free.length === 0 ? html`<${Tag} tone="approve" icon="check">${t("reviews.groupDone")}<//>` : many && free.length > 1 && [all("Approve"), all("Deny")]}</div></header>
    <ul>${group.rows.map((row) => html`<${Row} key=${row.id} row=${row} by=${by} desk=${desk} />`)}</ul>
  </section>`;
}

function Row({ row, by, desk }) {
  const why = desk.locked(row);
  const opened = desk.editing?.id === row.id ? desk.editing : null;
  return useMemo(() => drawn({ row, by, desk, why, opened }), [row.item, by, why, opened]);
}

function drawn({ row, by, desk, why, opened }) {
  const { item, review, id } = row;
  const named = { ...item, name: t("reviews.personIn", { name: item.name, package: item.package }) };
  const { tone, icon, text, why: because } = suggestion(item, review.startDateTime);
  return html`<li class="waiting-row" data-row=${id} tabindex="-1" onFocusIn=${() => desk.current !== id && desk.setCurrent(id)}>
    <div class="waiting-what">${by === "package"
      ? html`<span class="person"><${Avatar} name=${item.name} id=${item.personId} /><span class="person-words"><span class="person-name clip">${item.name}</span><span class="person-detail clip">${[item.title, item.department].filter(Boolean).join(" · ")}</span></span></span>`
      : html`<span class="person-words"><${Link} class="person-name clip" href="/reviews/${review.id}">${item.package}<//><${Due} at=${review.endDateTime} zone=${review.timeZone} brief /></span>`}</div>
    <div class="waiting-hint"><span class="waiting-suggested hint-${tone}"><${Icon} name=${icon} size=${14} />${text}</span><span class="person-detail">${item.reason ? t("reviews.quoted", { reason: item.reason }) : because}</span></div>
    <div class="waiting-decision">${why
      ? html`<span class="person-detail">${why}</span>`
      : html`<${Switch} item=${named} waiting=${opened?.decision} choose=${(decision) => desk.choose(id, decision)} />
        <${Button} kind="quiet" bare small icon="pencil" onClick=${() => desk.edit(id)}>${t("reviews.reasonFor", { name: named.name })}<//>`}</div>
    ${opened && html`<div class="waiting-reason"><${Reason} item=${item} editing=${opened} page=${desk} /></div>`}
  </li>`;
}

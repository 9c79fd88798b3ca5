// Every group of a preview or an adoption, and the members of one of them.
import { Tag } from "../kit/base.js";
import { Dialog } from "../kit/floating.js";
import { Chip, DataTable } from "../kit/layout.js";
import { Empty } from "../kit/telling.js";
import { usePages } from "../lib/hooks.js";
import { html, useState } from "../lib/html.js";
import { Link } from "../lib/router.js";
import { number, t } from "../lib/texts.js";

const OUTCOMES = ["unmatched", "denied", "failed", "noMember", "heldOtherwise", "assigned"];

export function Groups({ found }) {
  const [shown, show] = useState(null);
  const columns = [
    { id: "group", title: t("adopt.group"), wide: true, cell: (one) => html`<${Name} one=${one} show=${show} />` },
    { id: "package", title: t("adopt.package"), cell: (one) => html`<${Package} one=${one} />` },
    { id: "members", title: t("adopt.members"), right: true, cell: (one) => number(one.counts.members) },
    { id: "assigned", title: t(found.preview ? "adopt.willAssign" : "adopt.gotAssigned"), right: true, cell: (one) => number(one.counts.assigned) },
    { id: "left", title: t("adopt.leftOut"), right: true, cell: (one) => leftOut(one.counts) ? html`<${Tag} tone="unsure">${number(leftOut(one.counts))}<//>` : number(0) },
  ];
  return html`<${DataTable} caption=${t("adopt.groups")} list=${{ rows: found.groups }} columns=${columns} keyOf=${(one) => one.number} onRow=${(one) => !one.problem && show(one)} />
    ${shown && html`<${GroupDialog} adoption=${found} group=${shown} close=${() => show(null)} />`}`;
}

const leftOut = (counts) => counts.unmatched + counts.denied + counts.failed + counts.heldOtherwise;

const Name = ({ one, show }) => html`<span class="person-words">
  ${one.problem ? html`<span class="strong">${one.displayName}</span>` : html`<button type="button" class="link-button strong" onClick=${() => show(one)}>${one.displayName}</button>`}
  <span class="person-detail">${one.problem || one.description}</span></span>`;

function Package({ one }) {
  if (one.problem) return html`<${Tag} tone="deny" icon="circle-alert">${t("adopt.cannot")}<//>`;
  if (!one.accessPackage) return html`<span class="faint">${t("adopt.waits")}</span>`;
  const { id, displayName, made } = one.accessPackage;
  const name = id ? html`<${Link} href="/admin/packages/${id}" class="quiet-link">${displayName}<//>` : displayName;
  return html`<span class="person-words"><span>${name}</span><span class="person-detail">${t(made ? "adopt.packageNew" : "adopt.packageKnown")}</span></span>`;
}

/** The members of a group by what became of them. */
export function GroupDialog({ adoption, group, first, close }) {
  const there = OUTCOMES.filter((one) => group.counts[one] > 0);
  const [outcome, choose] = useState(first || there[0] || "assigned");
  const list = usePages(`/api/v1/adoptions/${adoption.id}/groups/${group.number}/members?outcome=${outcome}`);
  const columns = [
    { id: "member", title: t("adopt.member"), wide: true, cell: (row) => html`<${Member} row=${row} />` },
    { id: "person", title: t("adopt.recognised"), cell: (row) => html`<${Recognised} row=${row} />` },
  ];
  return html`<${Dialog} wide title=${t("adopt.groupTitle", { name: group.displayName })} close=${close}>
    <div class="stack">
      <div class="row" role="group" aria-label=${t("adopt.outcomes")}>${there.map((one) => html`<${Chip} key=${one} on=${one === outcome} count=${group.counts[one]} onClick=${() => choose(one)}>${t(`adopt.outcome-${one}`)}<//>`)}</div>
      <${DataTable} caption=${t("adopt.groupTitle", { name: group.displayName })} list=${list} columns=${columns} keyOf=${(row) => row.member?.key || row.assignmentId}
        empty=${html`<${Empty} icon="users" title=${t("adopt.noneOf")}>${t("adopt.noneOfWhy")}<//>`} />
    </div><//>`;
}

function Member({ row }) {
  const outside = row.member;
  const name = outside ? outside.displayName || outside.userPrincipalName || outside.key : row.person.displayName || t("adopt.unnamed");
  const detail = outside ? [outside.userPrincipalName, outside.mail].filter((one, place, all) => one && all.indexOf(one) === place).join(" · ") || outside.key : row.person.userPrincipalName;
  return html`<span class="person-words"><span class="strong">${name}</span><span class="person-detail breakable">${detail}</span>${row.reason && html`<span class="small">${row.reason}</span>`}</span>`;
}

function Recognised({ row: { person } }) {
  if (!person) return html`<span class="faint">${t("adopt.nobody")}</span>`;
  const by = person.recognisedBy && t(`adopt.by-${person.recognisedBy}`);
  return html`<span class="person-words">${person.displayName ? html`<${Link} href="/admin/people/${person.id}" class="quiet-link">${person.displayName}<//>` : html`<span>${t("adopt.unnamed")}</span>`}<span class="person-detail">${by}</span></span>`;
}

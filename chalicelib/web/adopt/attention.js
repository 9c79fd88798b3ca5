// What needs somebody before groups are adopted, or after: problems of groups, then of members, each with what can be done.
import { Button } from "../kit/base.js";
import { Check } from "../kit/fields.js";
import { Section } from "../kit/layout.js";
import { Notice } from "../kit/telling.js";
import { get } from "../lib/api.js";
import { useLoad } from "../lib/hooks.js";
import { html, useState } from "../lib/html.js";
import { t } from "../lib/texts.js";
import { GroupDialog } from "./groups.js";

const SHOWN = 3; // names of groups under a problem

export function Attention({ found, choices }) {
  const [shown, show] = useState(null);
  const { totals, preview } = found;
  const broken = found.groups.filter((one) => one.problem);
  const of = (outcome) => ({ outcome, groups: found.groups.filter((one) => one.counts[outcome] > 0), show });
  const quiet = !broken.length && !["unmatched", "denied", "noMember", "failed", "heldOtherwise"].some((one) => totals[one]);
  if (quiet) return preview ? html`<${Notice} tone="approve" icon="circle-check">${t("adopt.nothingFirst")}<//>` : null;
  return html`<${Section} title=${t("adopt.first")}><div class="stack">
    ${broken.length > 0 && html`<${Notice} tone="deny" title=${t("adopt.failedGroups", { count: broken.length })}>
      <ul class="adopt-broken">${broken.map((one) => html`<li key=${one.number}><strong>${one.displayName}</strong> ${one.problem}</li>`)}</ul><//>`}
    ${totals.denied > 0 && html`<${Denied} found=${found} choices=${choices} />`}
    ${totals.unmatched > 0 && html`<${Problem} count=${totals.unmatched} ...${of("unmatched")}>
      ${preview && html`<${Check} label=${t("adopt.create")} help=${t("adopt.createHelp")} checked=${choices.create} onChange=${choices.setCreate} />`}<//>`}
    ${totals.failed > 0 && html`<${Problem} tone="deny" count=${totals.failed} ...${of("failed")} />`}
    ${totals.noMember > 0 && html`<${Problem} count=${totals.noMember} ...${of("noMember")} />`}
    ${totals.heldOtherwise > 0 && html`<${Problem} tone="plain" count=${totals.heldOtherwise} ...${of("heldOtherwise")} />`}
    ${totals.created > 0 && html`<p class="muted small">${t("adopt.created", { count: totals.created })}</p>`}
  </div>
  ${shown && html`<${GroupDialog} adoption=${found} group=${shown.group} first=${shown.outcome} close=${() => show(null)} />`}<//>`;
}

/** A kind of problem: what it means, and its members group by group. */
function Problem({ tone = "unsure", outcome, count, groups, show, children }) {
  const some = groups.slice(0, SHOWN);
  return html`<${Notice} tone=${tone} title=${t(`adopt.${outcome}`, { count })}>
    <div class="stack-8"><span>${t(`adopt.${outcome}Why`)}</span>
      <div class="row">${some.map((group) => html`<${Button} small class="adopt-long" key=${group.number} onClick=${() => show({ group, outcome })}>${group.displayName} <span class="count">${group.counts[outcome]}</span><//>`)}</div>
      ${children}</div><//>`;
}

/** Members whom a review denied: in a preview each can be given the access back, by a person who ticks it. */
function Denied({ found, choices }) {
  const groups = found.groups.filter((one) => one.counts.denied > 0);
  const { data = [] } = useLoad((signal) => Promise.all(groups.slice(0, 20).map((one) => get(`/api/v1/adoptions/${found.id}/groups/${one.number}/members?outcome=denied`, { signal }).then((page) => page.value.map((row) => ({ ...row, group: one }))))).then((all) => all.flat()), [found.id]);
  const toggle = (id, on) => choices.setLifted(on ? [...new Set([...choices.lifted, id])] : choices.lifted.filter((one) => one !== id));
  return html`<${Notice} tone="unsure" title=${t("adopt.denied", { count: found.totals.denied })}>
    <div class="stack-8"><span>${t("adopt.deniedWhy")}</span>
      ${data.map((row) => html`<${DeniedOne} key=${`${row.group.number} ${row.person.id}`} row=${row} preview=${found.preview} on=${choices.lifted.includes(row.person.id)} toggle=${toggle} />`)}</div><//>`;
}

function DeniedOne({ row, preview, on, toggle }) {
  const name = row.person.displayName || row.member.displayName;
  const help = `${row.group.displayName}: ${row.reason}`;
  if (!preview) return html`<span><strong>${name}</strong> <span class="muted small">${help}</span></span>`;
  return html`<${Check} label=${t("adopt.giveBack", { name })} help=${help} checked=${on} onChange=${(now) => toggle(row.person.id, now)} />`;
}

// Who has a package: a table by state, assigning somebody, ending an assignment with what that takes away.
import { Button, Person, Tag, When } from "../kit/base.js";
import { PersonPicker, Select, TextArea, TextInput } from "../kit/fields.js";
import { Confirm, Dialog } from "../kit/floating.js";
import { Chip, DataTable } from "../kit/layout.js";
import { Empty, explained, Notice, toast } from "../kit/telling.js";
import { DeniedBefore } from "../guards/warning.js";
import { download, get, post } from "../lib/api.js";
import { ago, inputDay, longDay, now, ownZone } from "../lib/dates.js";
import { html, useState } from "../lib/html.js";
import { useLoad, usePages } from "../lib/hooks.js";
import { setQuery, useQuery } from "../lib/router.js";
import { compare, has, t } from "../lib/texts.js";
import { EM } from "./draft.js";

const STATES = { active: ["delivered"], waiting: ["delivering"], trouble: ["partiallyDelivered", "deliveryFailed"], ended: ["expired"], all: [] };
const TONES = { delivering: "accent", partiallyDelivered: "unsure", deliveryFailed: "deny", expired: "plain" };

export function Assignments({ packed, mayAssign, changed }) {
  const { state = "active" } = useQuery();
  const [asking, setAsking] = useState(null);
  const states = STATES[state] || [];
  const filters = [`accessPackage/id eq '${packed.id}'`];
  if (states.length) filters.push(states.length > 1 ? `(${states.map((one) => `state eq '${one}'`).join(" or ")})` : `state eq '${states[0]}'`);
  const list = usePages(`${EM}/assignments?$top=50&$expand=target,assignmentPolicy($select=id,displayName)&$filter=${encodeURIComponent(filters.join(" and "))}`);
  const done = (yes) => (setAsking(null), yes && (list.reload(), changed()));
  const policies = packed.assignmentPolicies.filter((one) => one["@accessReviews.isEnabled"] !== false).sort((a, b) => compare(a.displayName, b.displayName));
  const add = mayAssign && html`<${Button} kind="primary" icon="user-plus" disabled=${!policies.length} onClick=${() => setAsking("add")}>${t("packages.assign")}<//>`;
  return html`<div class="stack-24">
    <div class="between"><div class="row" role="group" aria-label=${t("packages.state")}>${Object.keys(STATES).map((one) => html`<${Chip} key=${one} on=${one === state} onClick=${() => setQuery({ state: one === "active" ? "" : one })}>${t(`packages.filter_${one}`)}<//>`)}</div>
      <div class="row"><${Button} kind="quiet" icon="download" onClick=${() => save(packed)}>${t("packages.download")}<//>${add}</div></div>
    ${mayAssign && !policies.length && html`<${Notice}>${t("packages.assignNeedsPolicy")}<//>`}
    <${DataTable} caption=${t("packages.tabAssignments")} columns=${columns(mayAssign, setAsking, state)} list=${list}
      empty=${html`<${Empty} icon="users" title=${t(`packages.noAssignments_${state}`)}>${state === "active" && t("packages.noAssignmentsHelp")}<//>`} />
    ${asking === "add" && html`<${Assign} packed=${packed} policies=${policies} close=${done} />`}
    ${asking?.id && html`<${End} packed=${packed} one=${asking} close=${done} />`}
  </div>`;
}

const save = (packed) =>
  download(`/api/v1/access-packages/${packed.id}/assignments.csv`, `assignments-${packed.displayName}.csv`).catch((error) => toast(explained(error), { tone: "deny" }));

const columns = (mayAssign, ask, state) => [
  { id: "who", title: t("packages.person"), wide: true, cell: (one) => html`<${Person} id=${one.target?.objectId} name=${one.target?.displayName || one.target?.objectId} detail=${one.target?.principalName} href="/admin/people/${one.target?.objectId}" />` },
  { id: "policy", title: t("packages.policy"), hidePhone: true, cell: (one) => html`<span class="muted">${one.assignmentPolicy?.displayName}</span>` },
  { id: "since", title: t("packages.since"), cell: (one) => html`<${When} at=${one.schedule.startDateTime}>${ago(one.schedule.startDateTime)}<//>` },
  { id: "until", title: t("packages.until"), cell: (one) => until(one) },
  { id: "state", title: t("packages.state"), hidePhone: state === "active" || state === "ended", cell: (one) => one.state === "delivered" ? html`<span class="muted">${stateOf(one)}</span>` : html`<${Tag} tone=${TONES[one.state]}>${stateOf(one)}<//>` },
  mayAssign && { id: "act", title: t("packages.actions"), right: true, cell: (one) => one.state !== "expired" && html`<${Button} kind="quiet" small onClick=${() => ask(one)}>${t("packages.endOne")}<span class="unseen"> ${one.target?.displayName}</span><//>` },
].filter(Boolean);

const stateOf = (one) => {
  const key = one.state === "delivering" && new Date(one.schedule.startDateTime) > now() ? "scheduled" : one.state;
  return has(`packages.state_${key}`) ? t(`packages.state_${key}`) : one.state;
};

function until(one) {
  const end = one.expiredDateTime || one.schedule.expiration?.endDateTime;
  return end ? html`<${When} at=${end}>${longDay(end)}<//>` : html`<span class="muted">${t("packages.noEnd")}</span>`;
}

function Assign({ packed, policies, close }) {
  const [form, setForm] = useState({ person: null, policy: policies[0]?.id, starts: "", ends: "", why: "" });
  const [error, setError] = useState(null);
  const [busy, setBusy] = useState(false);
  const set = (more) => (setForm((before) => ({ ...before, ...more })), setError(null));
  const go = async () => {
    setBusy(true);
    try {
      await post(`${EM}/assignmentRequests`, requestOf(form, packed));
      toast(t("packages.assigned", { name: form.person.displayName, here: packed.displayName }));
      close(true);
    } catch (problem) {
      setError(problem);
      setBusy(false);
    }
  };
  const foot = html`<${Button} onClick=${() => close(false)}>${t("kit.cancel")}<//><${Button} kind="primary" busy=${busy} disabled=${!form.person} onClick=${go}>${t("packages.assign")}<//>`;
  const today = inputDay(now(), ownZone);
  return html`<${Dialog} title=${t("packages.assignTitle", { name: packed.displayName })} close=${() => close(false)} foot=${foot}><div class="stack">
    <${PersonPicker} label=${t("packages.person")} value=${form.person} onChange=${(person) => set({ person })} autofocus />
    <${DeniedBefore} person=${form.person?.id} packageId=${packed.id} />
    ${policies.length > 1 && html`<${Select} label=${t("packages.through")} help=${t("packages.throughHelp")} value=${form.policy} options=${policies.map((one) => ({ value: one.id, label: one.displayName }))} onChange=${(policy) => set({ policy })} />`}
    <div class="two"><${TextInput} type="date" label=${t("packages.begins")} help=${t("packages.beginsHelp")} min=${today} value=${form.starts} onInput=${(starts) => set({ starts })} />
      <${TextInput} type="date" label=${t("packages.untilDay")} help=${t("packages.untilHelp")} min=${form.starts || today} value=${form.ends} onInput=${(ends) => set({ ends })} /></div>
    <${TextArea} rows="2" label=${t("packages.why")} help=${t("packages.whyHelp")} value=${form.why} onInput=${(why) => set({ why })} />
    ${error && html`<${Notice} tone="deny">${explained(error)}<//>`}</div><//>`;
}

function requestOf(form, packed) {
  const at = (text, clock) => new Date(`${text}T${clock}`).toISOString();
  const expiration = form.ends ? { type: "afterDateTime", endDateTime: at(form.ends, "23:59:00") } : undefined;
  const later = form.starts && form.starts > inputDay(now(), ownZone);
  const schedule = later || expiration ? { startDateTime: later ? at(form.starts, "00:00:00") : null, expiration } : undefined;
  const assignment = { targetId: form.person.id, assignmentPolicyId: form.policy, accessPackageId: packed.id };
  return { requestType: "adminAdd", assignment, schedule, justification: form.why || undefined };
}

function End({ packed, one, close }) {
  const gives = useLoad((signal) => get(`${EM}/accessPackages/${packed.id}/resourceRoleScopes?$expand=role($expand=resource)`, { signal }), [packed.id]);
  const roles = gives.data?.value || [];
  const act = async () => {
    await post(`${EM}/assignmentRequests`, { requestType: "adminRemove", assignment: { id: one.id } });
    toast(t("packages.ended", { name: one.target?.displayName, here: packed.displayName }));
  };
  return html`<${Confirm} danger title=${t("packages.endTitle", { name: one.target?.displayName })} label=${t("packages.endAccess")} act=${act} close=${close}>
    <p>${t("packages.endConsequence", { name: one.target?.displayName, here: packed.displayName, count: roles.length })}</p>
    ${roles.length > 0 && html`<ul class="bullets">${roles.map((role) => html`<li key=${role.id}>${t("packages.roleIn", { role: role.role.displayName, resource: role.role.resource.displayName })}</li>`)}</ul>`}
    <p class="muted">${t("packages.endOpenReview")}</p><//>`;
}

// Choosing several people and groups: those chosen as chips, and a field to add one.
import { PersonPicker } from "../kit/fields.js";
import { Avatar, Icon } from "../kit/base.js";
import { get } from "../lib/api.js";
import { html } from "../lib/html.js";
import { t } from "../lib/texts.js";

const quoted = (text) => encodeURIComponent(text.replaceAll("'", "''"));

/** People and groups whose names begin with a text. */
async function peopleAndGroups(text, signal) {
  const asked = [
    `/v1.0/users?$top=6&$filter=startswith(displayName,'${quoted(text)}')`,
    `/v1.0/users?$top=6&$filter=startswith(userPrincipalName,'${quoted(text)}')`,
    `/v1.0/groups?$top=4&$filter=contains(displayName,'${quoted(text)}')`,
  ].map((path) => get(path, { signal }));
  const [byName, byAddress, groups] = await Promise.all(asked);
  const people = new Map([...byName.value, ...byAddress.value].map((one) => [one.id, one]));
  const teams = groups.value.map((one) => ({ ...one, kind: "group", userPrincipalName: t("packages.group") }));
  return [...teams, ...[...people.values()].slice(0, 6)];
}

/** Names of people and groups by id, for those that settings name. */
export async function namesOf({ users, groups }) {
  const some = (ids, where) => {
    const parts = [];
    for (let from = 0; from < ids.length; from += 15) parts.push(ids.slice(from, from + 15));
    return parts.map((part) => get(`/v1.0/${where}?$filter=${encodeURIComponent(`id in (${part.map((one) => `'${one}'`).join(",")})`)}`));
  };
  const pages = await Promise.all([...some(users, "users"), ...some(groups, "groups")]);
  return new Map(pages.flatMap((page) => page.value).map((one) => [one.id, one]));
}

/** People and groups that were chosen, and a field to add one. `value`: [{kind, id, displayName, userPrincipalName}]. */
export function SubjectPicker({ id, label, help, error, hideLabel, value, onChange, placeholder }) {
  const add = (one) =>
    one && onChange([...value, { kind: one.kind || "user", id: one.id, displayName: one.displayName, userPrincipalName: one.kind ? "" : one.userPrincipalName }]);
  return html`<div class="subjects">
    ${value.length > 0 && html`<ul class="subjects-list" aria-label=${label}>${value.map((one) => html`<li key=${one.id}><${Subject} one=${one}
      drop=${() => onChange(value.filter((other) => other.id !== one.id))} /></li>`)}</ul>`}
    <${PersonPicker} id=${id} label=${label} help=${help} error=${error} hideLabel=${hideLabel} value=${null} onChange=${add} search=${peopleAndGroups}
      without=${value.map((one) => one.id)} placeholder=${placeholder || t("policy.addPerson")} />
  </div>`;
}

const Subject = ({ one, drop }) => html`<span class="chosen">
  ${one.kind === "group" ? html`<span class="subject-group"><${Icon} name="users" size=${14} /></span>` : html`<${Avatar} name=${one.displayName} id=${one.id} size=${24} />`}
  <span class="clip">${one.displayName}</span>
  <button type="button" class="chosen-drop" onClick=${drop}><${Icon} name="x" label=${t("policy.dropPerson", { name: one.displayName })} /></button></span>`;

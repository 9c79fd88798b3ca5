// The groups of a system, to be searched and ticked, and the way to a preview.
import { Button, Skeleton, Tag } from "../kit/base.js";
import { SearchInput } from "../kit/fields.js";
import { Section } from "../kit/layout.js";
import { Empty, ErrorNote, explained, Notice } from "../kit/telling.js";
import { following, get, post } from "../lib/api.js";
import { useLoad } from "../lib/hooks.js";
import { html, useState } from "../lib/html.js";
import { Link, navigate } from "../lib/router.js";
import { compare, t } from "../lib/texts.js";

const MOST = 2_000;

/** Every group, up to as many as one adoption takes. */
async function everyGroup(name, signal) {
  const groups = [];
  let path = `/api/v1/adoptable-connections/${encodeURIComponent(name)}/groups`;
  while (path && groups.length < MOST) {
    const page = await get(path, { signal });
    groups.push(...page.value);
    path = following(page);
  }
  return { groups: groups.slice(0, MOST).sort((one, other) => compare(one.displayName, other.displayName)), more: Boolean(path) };
}

export function ChooseGroups({ system }) {
  const { data, error, reload } = useLoad((signal) => everyGroup(system.name, signal), [system.name]);
  if (error && !data) return html`<${ErrorNote} error=${error} retry=${reload} />`;
  if (!data) return html`<${Skeleton} rows=${6} />`;
  if (!data.groups.length) return html`<${Empty} icon="users" title=${t("adopt.noGroups")}>${t("adopt.noGroupsWhy")}<//>`;
  return html`<${Chooser} system=${system} groups=${data.groups} more=${data.more} />`;
}

function Chooser({ system, groups, more }) {
  const [text, setText] = useState("");
  const [chosen, choose] = useState(() => new Set());
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState(null);
  const found = groups.filter((one) => `${one.displayName} ${one.description}`.toLowerCase().includes(text.trim().toLowerCase()));
  const every = found.length > 0 && found.every((one) => chosen.has(one.originId));
  const toggle = (ids, on) => {
    const next = new Set(chosen);
    for (const id of ids) next[on ? "add" : "delete"](id);
    choose(next);
  };
  const look = async () => {
    setBusy(true);
    setProblem(null);
    try {
      const begun = await post("/api/v1/adoptions/preview", { connection: system.name, groups: [...chosen].map((originId) => ({ originId })) });
      navigate(`/admin/adopt/${begun.id}`);
    } catch (failure) {
      setProblem(failure);
      setBusy(false);
    }
  };
  const go = html`<${Button} kind="primary" icon="eye" busy=${busy} disabled=${!chosen.size} onClick=${look}>${chosen.size ? t("adopt.preview", { count: chosen.size }) : t("adopt.chooseSome")}<//>`;
  return html`<${Section} title=${t("adopt.groups")} note=${t("adopt.groupsNote")}>
    ${problem && html`<${Notice} tone="deny">${explained(problem)}<//>`}
    <div class="adopt-tools"><${SearchInput} label=${t("adopt.search")} value=${text} onInput=${setText} />${go}</div>
    ${found.length === 0
      ? html`<${Empty} icon="search" title=${t("adopt.noneFound", { text })}>${t("adopt.noneFoundWhy")}<//>`
      : html`<ul class="adopt-groups">
        <li class="adopt-all"><label class="adopt-group"><input type="checkbox" checked=${every} onChange=${(event) => toggle(found.map((one) => one.originId), event.target.checked)} />
          <span class="strong">${t(text.trim() ? "adopt.allFound" : "adopt.all", { count: found.length })}</span></label></li>
        ${found.map((one) => html`<${Group} key=${one.originId} group=${one} on=${chosen.has(one.originId)} toggle=${(on) => toggle([one.originId], on)} />`)}
      </ul>`}
    ${more && html`<p class="muted small">${t("adopt.more", { count: MOST })}</p>`}
  <//>`;
}

const Group = ({ group, on, toggle }) => html`<li class="adopt-row">
  <label class="adopt-group"><input type="checkbox" checked=${on} onChange=${(event) => toggle(event.target.checked)} />
    <span class="person-words"><span class="strong clip">${group.displayName}</span>${group.description && html`<span class="person-detail clip">${group.description}</span>`}</span></label>
  ${group.accessPackageId && html`<${Link} href="/admin/packages/${group.accessPackageId}" class="adopt-known"><${Tag} tone="approve" icon="check">${t("adopt.adoptedAlready")}<//><//>`}
</li>`;

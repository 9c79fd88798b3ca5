// Giving a role, as a sentence: [somebody] is [role] of [a catalog or package].
import { Button } from "../kit/base.js";
import { Choice, PersonPicker, Select } from "../kit/fields.js";
import { Dialog } from "../kit/floating.js";
import { explained, Notice, toast } from "../kit/telling.js";
import { all, post } from "../lib/api.js";
import { useLoad } from "../lib/hooks.js";
import { html, useState } from "../lib/html.js";
import { useMe } from "../lib/me.js";
import { compare, t } from "../lib/texts.js";
import { EVERYWHERE, OF_CATALOG, OF_PACKAGE } from "./words.js";

const ENTITLEMENTS = "/v1.0/identityGovernance/entitlementManagement";
const MOST = 2_000; // catalogs, packages, groups offered
const byName = (rows) => rows.sort((a, b) => compare(a.displayName || "", b.displayName || ""));
const options = (rows, kind) => rows.map((one) => ({ value: kind ? `${kind}:${one.id}` : one.id, label: one.displayName || one.id }));
const lists = async (signal) => {
  const paths = [`${ENTITLEMENTS}/catalogs`, `${ENTITLEMENTS}/accessPackages`, "/v1.0/groups"];
  const [catalogs, packages, groups] = await Promise.all(paths.map((path) => all(path, MOST, { signal })));
  return { catalogs: byName(catalogs), packages: byName(packages), groups: byName(groups) };
};

/** Where a role may hold, as options of a choice. */
function places(role, me, found) {
  if (EVERYWHERE.includes(role)) return [];
  const owned = me.roles.filter((one) => one.role === "catalogOwner").map((one) => one.scope);
  const catalogs = me.administrator ? found.catalogs : found.catalogs.filter((one) => owned.includes(`catalog:${one.id}`));
  const groups = [{ label: t("roles.catalogs"), options: options(catalogs, "catalog") }];
  if (OF_PACKAGE.includes(role)) groups.push({ label: t("roles.packages"), options: options(found.packages, "package") });
  return groups.filter((one) => one.options.length);
}

/** The dialog; `given()` when it was done. */
export function GiveRole({ close, given }) {
  const me = useMe();
  const offered = me.administrator ? [...EVERYWHERE, ...OF_CATALOG] : OF_CATALOG;
  const { data: found } = useLoad(lists, []);
  const [kind, setKind] = useState("user");
  const [person, setPerson] = useState(null);
  const [group, setGroup] = useState("");
  const [role, setRole] = useState(offered.includes("packageManager") ? "packageManager" : offered[0]);
  const [scope, setScope] = useState("");
  const [state, setState] = useState({ busy: false, error: null });
  const where = found ? places(role, me, found) : [];
  const scoped = !EVERYWHERE.includes(role);
  const holds = where.some((one) => one.options.some((each) => each.value === scope));
  const principal = kind === "user" ? person?.id : group;
  const ready = principal && (!scoped || holds);
  const give = async () => {
    setState({ busy: true, error: null });
    try {
      const made = await post("/api/v1/roles", { role, scope: scoped ? scope : "", principalId: principal, principalKind: kind });
      toast(t("roles.given", { name: made.principalDisplayName || "", role: t(`roles.${role}-${kind === "group" ? "many" : "one"}`) }));
      given();
      close();
    } catch (error) {
      setState({ busy: false, error });
    }
  };
  const foot = html`<${Button} onClick=${close}>${t("kit.cancel")}<//><${Button} kind="primary" busy=${state.busy} disabled=${!ready} onClick=${give}>${t("roles.giveNow")}<//>`;
  return html`<${Dialog} title=${t("roles.give")} close=${close} foot=${foot}>
    <div class="stack give-role">
      <${Choice} legend=${t("roles.to")} value=${kind} onChange=${setKind} options=${[{ value: "user", label: t("roles.aPerson") }, { value: "group", label: t("roles.aGroup"), help: t("roles.groupHelp") }]} />
      ${kind === "user"
        ? html`<${PersonPicker} label=${t("roles.person")} value=${person} onChange=${setPerson} autofocus />`
        : html`<${Select} label=${t("roles.group")} value=${group} onChange=${setGroup} options=${[{ value: "", label: t("roles.chooseGroup") }, ...options(found?.groups || [])]} />`}
      <${Select} label=${t(kind === "group" ? "roles.are" : "roles.is")} value=${role} onChange=${setRole} help=${t(`roles.${role}-may`)}
        options=${offered.map((one) => ({ value: one, label: t(`roles.${one}`) }))} />
      ${scoped
        ? html`<${Select} label=${t("roles.of")} value=${scope} onChange=${setScope} help=${t(scope.startsWith("catalog:") ? "roles.ofCatalogHelp" : "roles.ofHelp")} options=${[{ value: "", label: t("roles.chooseScope") }, ...where]} />`
        : html`<p class="muted small">${t("roles.everywhereHelp")}</p>`}
      ${state.error && html`<${Notice} tone="deny">${explained(state.error)}<//>`}
    </div>
  <//>`;
}

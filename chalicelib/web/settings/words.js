// Roles in words: "package manager of Finance Reporting".
import { html } from "../lib/html.js";
import { Link } from "../lib/router.js";
import { t } from "../lib/texts.js";

/** The roles one can hold everywhere, in a catalog, and of a package. */
export const EVERYWHERE = ["administrator", "auditor", "catalogCreator", "signInSender"];
export const OF_CATALOG = ["catalogOwner", "packageManager", "assignmentManager", "catalogReader", "controlOwner"];
export const OF_PACKAGE = ["packageManager", "assignmentManager", "controlOwner"];

/** Where a role holds: the catalog or package, linked; nothing for everywhere. */
export function Scope({ grant }) {
  const [kind, id] = grant.scope.split(":");
  if (!kind) return t("roles.everywhere");
  const area = kind === "catalog" ? "catalogs" : "packages";
  const name = grant.scopeDisplayName;
  return name ? html`<${Link} href="/admin/${area}/${id}">${name}<//>` : html`<span class="faint">${t("roles.goneScope")}</span>`;
}

/** "Package manager of Finance Reporting", with one sentence on what that allows. */
export const RoleSentence = ({ grant }) => html`<span class="person-words">
  <span><span class="strong">${t(`roles.${grant.role}`)}</span>${grant.scope && html` ${t(grant.scope.startsWith("catalog:") ? "roles.ofCatalog" : "roles.of")} <${Scope} grant=${grant} />`}</span>
  <span class="person-detail">${t(`roles.${grant.role}-may`)}</span></span>`;

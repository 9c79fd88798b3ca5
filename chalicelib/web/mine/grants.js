// What a package gives, in plain words: "Reader in Ledger, an application".
import { Icon } from "../kit/base.js";
import { html } from "../lib/html.js";
import { has, t } from "../lib/texts.js";

const ICONS = { AadGroup: "users", AadApplication: "layout-grid", SharePointOnline: "folder" };

/** A list of `grants` as the API gives them. Whoever shows it loads the texts of the area `mine`. */
export const Grants = ({ grants, most = grants.length }) => grants.length === 0 ? null : html`<ul class="grants">
  ${grants.slice(0, most).map((one) => html`<li key=${one.originSystem + one.displayName + one.role}><${Icon} name=${ICONS[one.originSystem] || "key-round"} />
    <span>${inWords(one)}</span></li>`)}
  ${grants.length > most && html`<li class="muted">${t("mine.moreGrants", { count: grants.length - most })}</li>`}
</ul>`;

/** One grant as a person would say it. */
export function inWords({ originSystem, displayName, role }) {
  const key = `mine.grant${originSystem}`;
  return t(has(key) ? key : "mine.grant", { role, resource: displayName });
}

// What a package gives, in plain words: "Reader in Ledger, an application".
import { Icon } from "../kit/base.js";
import { html } from "../lib/html.js";
import { has, t } from "../lib/texts.js";

const ICONS = { AadGroup: "users", AadApplication: "layout-grid", SharePointOnline: "folder" };

/** A list of `grants` as the API gives them. Whoever shows it loads the texts and styles of the area `reviews`. */
export const Grants = ({ grants, most = grants.length }) => grants.length === 0 ? null : html`<ul class="grants">
  ${grants.slice(0, most).map((one) => html`<li key=${one.originSystem + one.displayName + one.role}><${Icon} name=${ICONS[one.originSystem] || "key-round"} />
    <span>${inWords(one)}</span></li>`)}
  ${grants.length > most && html`<li class="muted">${t("reviews.moreGrants", { count: grants.length - most })}</li>`}
</ul>`;

/** One grant as a person would say it. */
export function inWords({ originSystem, displayName, role }) {
  const key = `reviews.grant${originSystem}`;
  const one = `reviews.role${role}`; // the usual roles of a site are named for all who have them
  return t(has(key) ? key : "reviews.grant", { role: has(one) ? t(one) : role, resource: displayName });
}

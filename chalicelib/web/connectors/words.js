// Connections as the API knows them: where, and how each stands.
import { Icon, Tag } from "../kit/base.js";
import { html } from "../lib/html.js";
import { t } from "../lib/texts.js";

export const CONNECTORS = "/api/v1/connectors";
export const HOME = "/admin/connectors";

/** What a kind is called; the word of the API for one nobody knows any more. */
export const kindName = (kinds, kind) => kinds?.value.find((one) => one.kind === kind)?.displayName || kind;

/** How the last try ended, in a word. */
export function State({ connector }) {
  if (connector.problem) return html`<${Tag} tone="deny" icon="circle-alert">${t("connectors.wrong")}<//>`;
  return connector.checkedDateTime ? html`<${Tag} tone="approve" icon="check">${t("connectors.well")}<//>` : html`<${Tag}>${t("connectors.untried")}<//>`;
}

const ICONS = { manual: "hand", webhook: "send" };

/** The sign of a kind: a hand, a message, or a system. */
export const KindIcon = ({ kind }) => html`<span class="connector-icon" aria-hidden="true"><${Icon} name=${ICONS[kind] || "database"} size=${20} /></span>`;

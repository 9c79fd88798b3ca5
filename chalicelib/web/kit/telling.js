// How the portal talks back: notices, empty places, errors, and short messages at the foot.
import { Offline } from "../lib/api.js";
import { html, useEffect, useState } from "../lib/html.js";
import { Link } from "../lib/router.js";
import { t } from "../lib/texts.js";
import { Button, Icon } from "./base.js";

const ICONS = { plain: "info", approve: "circle-check", deny: "circle-alert", unsure: "triangle-alert", accent: "info" };

/** A few words that stand out: `tone` as for tags; `action` a button at the end. */
export const Notice = ({ tone = "plain", icon, title, children, action, ...more }) =>
  html`<div class="notice notice-${tone}" role=${tone === "deny" ? "alert" : "status"} ...${more}>
    <${Icon} name=${icon || ICONS[tone]} size=${20} />
    <div class="grow">${title && html`<p class="strong">${title}</p>`}<div>${children}</div></div>${action}
  </div>`;

/** Where nothing is: what would be here, and what to do. `level` "h1" where it is all of a page. */
export const Empty = ({ icon = "inbox", title, children, action, level = "p" }) => html`<div class="empty">
  <span class="empty-icon"><${Icon} name=${icon} size=${24} /></span>
  <${level} class="empty-title">${title}<//>${children && html`<p class="muted prose">${children}</p>`}${action}
</div>`;

/** What went wrong, in words: the API's own sentence where it has one. */
export function explained(error) {
  if (error instanceof Offline) return t("kit.offline");
  if (error.status === 403) return error.message || t("kit.forbidden");
  if (error.status === 404) return error.message || t("kit.notFound");
  if (error.status === 429 || error.status === 503) return t("kit.busy");
  if (error.status >= 500 || !error.status) return t("kit.broken");
  return error.message || t("kit.broken");
}

/** An error in the place of what could not be loaded, with "Try again". */
export const ErrorNote = ({ error, retry }) => html`<${Notice} tone="deny" title=${t("kit.failed")}
  action=${retry && html`<${Button} small icon="refresh-cw" onClick=${retry}>${t("kit.again")}<//>`}>
  ${explained(error)}
  ${error.requestId && error.status >= 500 && html` <span class="tiny muted">${t("kit.request", { id: error.requestId })}</span>`}
<//>`;

/** A page for an address that leads nowhere, or to something its visitor may not see. */
export const NotFound = () => html`<${Empty} level="h1" icon="search" title=${t("kit.noPage")}
  action=${html`<${Link} href="/" class="button button-plain">${t("kit.home")}<//>`}>${t("kit.noPageWhy")}<//>`;

let show = () => {};
let count = 0;

/** A short message at the foot; `undo` adds an Undo button and keeps it for ten seconds. */
export const toast = (text, { undo, tone = "plain", label } = {}) => show({ id: ++count, text, undo, tone, label });

/** The place for short messages; once in the frame. */
export function Toasts() {
  const [told, setTold] = useState([]);
  show = (one) => setTold((all) => [...all.slice(-2), one]);
  const drop = (id) => setTold((all) => all.filter((one) => one.id !== id));
  return html`<div class="toasts" role="status" aria-live="polite">${told.map((one) => html`<${Toast} key=${one.id} ...${one} drop=${drop} />`)}</div>`;
}

function Toast({ id, text, undo, tone, label, drop }) {
  useEffect(() => {
    const timer = setTimeout(() => drop(id), undo ? 10_000 : 5_000);
    return () => clearTimeout(timer);
  }, []);
  const undone = () => {
    drop(id);
    undo();
  };
  return html`<div class="toast toast-${tone}"><span>${text}</span>
    ${undo && html`<button type="button" class="toast-action" onClick=${undone}>${label || t("kit.undo")}</button>`}
    <button type="button" class="toast-close" onClick=${() => drop(id)}><${Icon} name="x" label=${t("kit.dismiss")} /></button></div>`;
}

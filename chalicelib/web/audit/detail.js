// What an audit event says beyond its sentence: every property before and after, every fact, and where to look next.
import { When } from "../kit/base.js";
import { exactly, moment } from "../lib/dates.js";
import { html } from "../lib/html.js";
import { Link } from "../lib/router.js";
import { has, t } from "../lib/texts.js";
import { actorOf, named } from "./events.js";

const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const MOMENT = /^\d{4}-\d{2}-\d{2}T[\d:.]+(Z|[+-]\d{2}:\d{2})$/;
const HIDDEN = new Set(["properties"]);

export function Detail({ event }) {
  const [target, about] = event.targetResources;
  const actor = actorOf(event);
  const changes = target.modifiedProperties;
  const fresh = changes.every((one) => one.oldValue === null); // it was made then: there was nothing before
  const facts = event.additionalDetails.filter((one) => !HIDDEN.has(one.key) && one.value !== null && one.value !== "" && one.value !== "[]");
  return html`<div class="audit-detail">
    ${changes.length > 0 && html`<table class="audit-changes"><caption class="unseen">${t("audit.changes")}</caption>
      <thead><tr><th scope="col">${t("audit.property")}</th>${!fresh && html`<th scope="col">${t("audit.before")}</th>`}<th scope="col">${t(fresh ? "audit.value" : "audit.after")}</th></tr></thead>
      <tbody>${changes.map((one) => html`<tr key=${one.displayName}><th scope="row">${property(one.displayName)}</th>
        ${!fresh && html`<td><${Value} event=${event} text=${one.oldValue} /></td>`}<td><${Value} event=${event} text=${one.newValue} /></td></tr>`)}</tbody></table>`}
    <dl class="facts">
      ${facts.map((one) => html`<div key=${one.key}><dt>${property(one.key)}</dt><dd><${Value} event=${event} text=${one.value} /></dd></div>`)}
      <div><dt>${t("audit.when")}</dt><dd>${exactly(event.activityDateTime)} <code class="muted">${event.activityDateTime}</code></dd></div>
      <div><dt>${t("audit.activity")}</dt><dd>${event.activityDisplayName} <span class="muted">(${event.category})</span></dd></div>
      <div><dt>${t("audit.target")}</dt><dd>${target.displayName || t("audit.gone")} <code class="muted">${target.id}</code></dd></div>
      <div><dt>${t("audit.event")}</dt><dd><code class="muted">${event.id}</code></dd></div>
    </dl>
    <p class="row-16 small">
      <${Link} href=${more({ target: target.id })}>${t("audit.moreAbout")}<//>
      ${about && html`<${Link} href=${more({ target: about.id })}>${t("audit.moreAboutPerson", { name: about.displayName || t("audit.someoneGone") })}<//>`}
      ${actor.id && html`<${Link} href=${more({ by: actor.id })}>${t("audit.moreBy", { name: actor.name })}<//>`}
      ${target.type === "reviewInstance" && html`<${Link} href="/evidence/${target.id}">${t("audit.theReview")}<//>`}
    </p>
  </div>`;
}

const more = (filter) => `/audit?${new URLSearchParams({ period: "year", ...filter })}`;

const property = (name) => (has(`audit.name-${name}`) ? t(`audit.name-${name}`) : name.replaceAll("_", " ").replace(/([a-z])([A-Z])/g, "$1 $2").toLowerCase().replace(/^./, (one) => one.toUpperCase()));

/** A value as it was recorded, with names for ids, and lists and objects laid out. */
function Value({ event, text }) {
  if (text === null || text === "" || text === "null") return html`<span class="faint">${t("audit.nothing")}</span>`;
  if (GUID.test(text)) return event.names[text] ? html`<span title=${text}>${named(event, text)}</span>` : html`<code>${text}</code>`;
  if (MOMENT.test(text)) return html`<${When} at=${text}>${moment(text)}<//>`;
  if (text === "true" || text === "false") return t(`audit.${text}`);
  const found = parsed(text);
  return found === null ? text : html`<${Laid} event=${event} value=${found} />`;
}

function parsed(text) {
  if (!/^[[{]/.test(text)) return null;
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function Laid({ event, value }) {
  if (value === null || typeof value !== "object") return html`<${Value} event=${event} text=${value === null ? null : String(value)} />`;
  const entries = Object.entries(value).filter(([, one]) => one !== "" && one !== null);
  if (!entries.length) return html`<span class="faint">${t("audit.nothing")}</span>`;
  return html`<ul class="audit-laid">${entries.map(([name, one]) => html`<li key=${name}>${!Array.isArray(value) && html`<span class="muted">${property(name)}:</span> `}<${Laid} event=${event} value=${one} /></li>`)}</ul>`;
}

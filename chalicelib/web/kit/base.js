// The smallest parts: icons, initials, buttons, tags, bars, times, skeletons.
import { daysBetween, due, exactly, moment, now, urgency } from "../lib/dates.js";
import { html } from "../lib/html.js";
import { Link } from "../lib/router.js";
import { number, percents, t } from "../lib/texts.js";
import { outlines } from "../vendor/lucide.js";

/** An outline icon of 16 or 20 pixels. Without a `label` it is decoration, and the words beside it say what it means. */
export function Icon({ name, size = 16, label, ...more }) {
  const said = label ? { role: "img", "aria-label": label } : { "aria-hidden": "true" };
  return html`<svg class="icon" width=${size} height=${size} viewBox="0 0 24 24" fill="none" stroke="currentColor"
    stroke-width="1.9" stroke-linecap="round" stroke-linejoin="round" focusable="false" ...${said} ...${more}>
    ${(outlines[name] || []).map(([Tag, attributes]) => html`<${Tag} ...${attributes} />`)}
  </svg>`;
}

/** Initials of a person in a quiet colour of their own. Decoration: the name always stands beside it. */
export function Avatar({ name = "", id = "", size = 32 }) {
  const parts = name.normalize().trim().split(/\s+/).filter(Boolean);
  const letters = [parts[0], parts.length > 1 ? parts.at(-1) : ""].map((one) => [...(one || "")][0] || "").join("");
  const hue = [...(id || name)].reduce((sum, letter) => (sum * 31 + letter.codePointAt(0)) % 360, 7);
  const look = { "--hue": String(hue), width: `${size}px`, height: `${size}px`, fontSize: `${Math.round(size * 0.38)}px` };
  return html`<span class="avatar" style=${look} aria-hidden="true">${letters.toUpperCase() || "?"}</span>`;
}

/** A person: initials, name, and a line beneath. */
export const Person = ({ id, name, detail, size = 32, href }) => html`<span class="person">
  <${Avatar} name=${name} id=${id} size=${size} />
  <span class="person-words">
    ${href ? html`<${Link} href=${href} class="person-name clip">${name}<//>` : html`<span class="person-name clip">${name}</span>`}
    ${detail && html`<span class="person-detail clip">${detail}</span>`}
  </span>
</span>`;

/**
 * A button, or a link that looks like one (`href`). `kind`: "primary" (one a page), "plain", "quiet", "danger".
 * `icon` stands before the words; with `bare` the words are for screen readers and the tooltip only.
 */
export function Button({ kind = "plain", icon, bare, small, busy, href, class: more = "", children, ...rest }) {
  const look = `button button-${kind}${small ? " button-small" : ""}${bare ? " button-bare" : ""} ${more}`;
  const inside = html`${busy ? html`<span class="turning" aria-hidden="true"></span>` : icon && html`<${Icon} name=${icon} size=${bare && !small ? 20 : 16} />`}
    ${bare ? html`<span class="unseen">${children}</span>` : children}`;
  const title = bare && typeof children === "string" ? { title: children } : {};
  if (href) return html`<${Link} href=${href} class=${look} ...${title} ...${rest}>${inside}<//>`;
  return html`<button type="button" class=${look} aria-busy=${busy ? "true" : undefined} ...${title} ...${rest}
    disabled=${rest.disabled || busy}>${inside}</button>`;
}

/** A state as a word with an icon: `tone` is "approve", "deny", "unsure", "accent" or none. */
export const Tag = ({ tone = "plain", icon, children, ...more }) =>
  html`<span class="tag tag-${tone}" ...${more}>${icon && html`<${Icon} name=${icon} size=${14} />`}${children}</span>`;

/** How far something is: a bar with "12 of 60" beside it. */
export function Progress({ done, total, label, words = true }) {
  const share = total ? done / total : 0;
  return html`<span class="progress">
    <span class="progress-bar" role="progressbar" aria-valuemin="0" aria-valuemax=${total} aria-valuenow=${done}
      aria-label=${label || t("kit.progress")} aria-valuetext=${t("kit.of", { done, total })}>
      <span class=${done >= total ? "progress-done whole" : "progress-done"} style=${{ width: `${share * 100}%` }}></span>
    </span>
    ${words && html`<span class="progress-words number">${t("kit.of", { done, total })}</span>`}
  </span>`;
}

/** Parts of a whole as one bar with a legend. `parts`: [{tone, label, count}]. */
export function Stacked({ parts, label }) {
  const total = parts.reduce((sum, one) => sum + one.count, 0);
  const shown = parts.filter((one) => one.count > 0);
  const shares = percents(parts.map((one) => one.count));
  return html`<figure class="stacked" aria-label=${label}>
    <div class="stacked-bar" aria-hidden="true">
      ${shown.map((one) => html`<span class="stacked-part fill-${one.tone}" style=${{ flexGrow: String(one.count) }}></span>`)}
    </div>
    <ul class="legend">
      ${parts.map((one, place) => html`<li key=${one.label}><span class="dot fill-${one.tone}" aria-hidden="true"></span>
        <span>${one.label}</span> <strong class="number">${number(one.count)}</strong>
        ${total > 0 && html`<span class="faint number">${shares[place]}</span>`}</li>`)}
    </ul>
  </figure>`;
}

/** An instant: `children` or the moment in words; the exact one, with the policy's zone, on hover and for readers. */
export const When = ({ at, zone, children }) =>
  at ? html`<time datetime=${at} title=${exactly(at, zone)}>${children ?? moment(at)}</time>` : null;

/** A due date: "closes in 6 days · Tue 31 March, 23:59", louder as it comes near. */
export function Due({ at, zone, brief }) {
  const icon = { closed: "lock", today: "clock-alert", soon: "clock", later: "clock" }[urgency(at)];
  const near = daysBetween(now(), at) <= 60;
  return html`<span class="due due-${urgency(at)}"><${Icon} name=${icon} size=${14} />
    <span><strong>${due(at)}</strong>${!brief && near && html` <span class="due-exact">· <${When} at=${at} zone=${zone} /></span>`}</span></span>`;
}

/** Grey shapes while something comes: `lines` of text, or rows of a list. */
export function Skeleton({ lines = 3, rows = 0, height = 56 }) {
  if (rows) {
    return html`<div class="skeleton-rows" aria-hidden="true">${Array.from({ length: rows }, (_, place) => html`<div class="skeleton-row" style=${{ height: `${height}px` }}>
      <span class="skeleton skeleton-round"></span><span class="skeleton" style=${{ width: `${28 - (place % 3) * 5}%` }}></span>
      <span class="skeleton skeleton-end" style=${{ width: "14%" }}></span></div>`)}</div>`;
  }
  return html`<div class="stack-8" aria-hidden="true">${Array.from({ length: lines }, (_, place) =>
    html`<span class="skeleton" style=${{ width: `${90 - place * 17}%` }}></span>`)}</div>`;
}

// How a review stands, as a tag: in words, with an icon.
import { Tag } from "../kit/base.js";
import { html } from "../lib/html.js";
import { has, t } from "../lib/texts.js";

const NEEDS = { failed: ["deny", "circle-alert"], confirmation: ["unsure", "hand"], late: ["unsure", "clock-alert"] };
const ICONS = { InProgress: "play", Applied: "circle-check", Completed: "lock", Applying: "user-x" };

/** What a review waits for, else its status. `review.needs` comes with lists of live reviews. */
export function State({ review }) {
  const need = NEEDS[review.needs];
  if (need) return html`<${Tag} tone=${need[0]} icon=${need[1]}>${t(`overview.needs-${review.needs}`)}<//>`;
  const key = `overview.status-${review.status}`;
  return html`<${Tag} icon=${ICONS[review.status] || "loader-circle"}>${has(key) ? t(key) : review.status}<//>`;
}

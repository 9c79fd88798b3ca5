// One person: who they are, what is known, and the switch that decides. On a phone the row is a card.
import { Avatar, Icon, Tag } from "../kit/base.js";
import { shortDay } from "../lib/dates.js";
import { html } from "../lib/html.js";
import { number, t } from "../lib/texts.js";
import { Reason } from "./reason.js";
import { DECISIONS, earlier, signIn, suggestion } from "./words.js";

/** The three-part switch; always there, and unmistakable once decided. */
export function Switch({ item, choose, disabled, reachable = true, waiting }) {
  const decided = item.decision !== "NotReviewed";
  return html`<div class="switch${decided ? " switch-decided" : ""}" role="group" aria-label=${t("review.decisionFor", { name: item.name })}>
    ${["Approve", "Deny", "DontKnow"].map((name) => {
      const { text, done, icon, tone } = DECISIONS[name];
      const on = item.decision === name;
      return html`<button key=${name} type="button" class="switch-part switch-${tone}${waiting === name ? " switch-waiting" : ""}" aria-pressed=${on ? "true" : "false"} title=${t(on ? done : text)} disabled=${disabled}
        tabindex=${reachable ? 0 : -1} onClick=${() => choose(name)}><${Icon} name=${icon} /><span>${t(on ? done : text)}</span></button>`;
    })}
  </div>`;
}

/** Why there is nothing to choose in a row, or "". */
export function locked(item, page) {
  if (item.cancelled) return t(`review.ended_${item.cancelled}`);
  if (page.closed) return t(item.byRule ? "review.closedByRule" : item.decision === "NotReviewed" ? "review.closedUndecided" : "review.closedRow");
  if (page.rules.removes === "atOnce" && item.decision === "Deny" && !page.unsaved.has(item.id)) return t("review.beingRemoved");
  return "";
}

const Two = ({ name, first, second, className = "" }) => html`<div role="gridcell" class="cell ${className}" data-title=${name}>
  <span class="clip">${first}</span>${second && html`<span class="clip cell-detail">${second}</span>`}</div>`;

function Hint({ item, page }) {
  const { tone, icon, text, why, brief } = suggestion(item, page.briefing.startDateTime);
  const others = item.by && item.by.id !== page.me.id ? item.by.displayName : "";
  const said = item.reason ? t("review.quoted", { reason: item.reason }) : "";
  const beneath = [said, others && t("review.byOther", { name: others })].filter(Boolean).join(" · ");
  return html`<div role="gridcell" class="cell cell-hint" data-title=${t("review.columnSuggestion")}>
    ${page.rules.recommendations && html`<span class="hint hint-${tone}"><${Icon} name=${icon} size=${14} /><span class="clip">${text}</span></span>`}
    <span class="clip cell-detail" title=${beneath || why}>${beneath || (page.rules.recommendations ? brief : "")}</span></div>`;
}

const Changes = ({ item }) =>
  item.changes.map((change) => html`<${Tag} key=${change} tone="accent">${t(`review.change_${change}`)}<//>`);

/** A row. `page` is what all rows share (see deciding.js). */
export function Row({ item, place, page }) {
  const { id, name } = item;
  const current = page.current === id;
  const chosen = page.selected.has(id);
  const why = locked(item, page);
  const opened = page.editing?.id === id ? page.editing : null;
  const [ago, date] = signIn(item);
  const before = page.earlier.of(item);
  const past = before ? earlier(before) : "";
  const since = t("review.since", { day: shortDay(item.since) });
  const manager = page.manyManagers ? item.manager?.displayName || t("review.noManager") : "";
  const reach = current ? 0 : -1;
  return html`<div class="item${current ? " item-current" : ""}${chosen ? " item-chosen" : ""}${opened ? " item-open" : ""} item-${DECISIONS[item.decision].tone}"
    role="row" aria-rowindex=${place + 2} aria-selected=${chosen ? "true" : "false"} data-row=${id} tabindex=${reach} onFocusIn=${() => page.stand(id)} onClick=${(event) => page.clicked(event, id)}>
    <div role="gridcell" class="cell cell-check"><input type="checkbox" checked=${chosen} disabled=${Boolean(why)} tabindex=${reach} aria-label=${t("review.select", { name })}
      onClick=${(event) => (event.stopPropagation(), page.pick(id, event.shiftKey))} /></div>
    <div role="rowheader" class="cell cell-person"><${Avatar} name=${name} id=${item.personId} size=${34} />
      <span class="person-words"><span class="cell-name"><button type="button" class="name-button clip" tabindex=${reach} title=${name} onClick=${(event) => (event.stopPropagation(), page.open(id))}>${name}</button><${Changes} item=${item} /></span>
        <span class="person-detail clip">${[item.title, item.department].filter(Boolean).join(" · ") || item.address}</span></span></div>
    <${Two} name=${t("review.columnAccess")} className="cell-access" first=${manager || since} second=${manager ? since : past} />
    <${Two} name=${t("review.columnSignIn")} className="cell-sign-in" first=${ago} second=${manager ? past : date} />
    <${Hint} item=${item} page=${page} />
    <div role="gridcell" class="cell cell-decision">
      ${why ? html`<span class="cell-locked">${item.decision !== "NotReviewed" && html`<${Tag} tone=${DECISIONS[item.decision].tone} icon=${DECISIONS[item.decision].icon}>${t(DECISIONS[item.decision].done)}<//>`}${why !== t("review.closedRow") && html`<span class="cell-detail">${why}</span>`}</span>`
        : html`<${Switch} item=${item} reachable=${current} waiting=${opened?.decision} choose=${(decision) => page.choose(id, decision)} />
          <button type="button" class="reason-button${item.reason || item.note ? " reason-given" : ""}" tabindex=${reach} title=${t("review.addReason")} onClick=${() => page.edit(id)}><${Icon} name="pencil" label=${t("review.addReasonFor", { name })} /></button>`}
    </div>
    ${opened && html`<div role="gridcell" class="cell-reason"><${Reason} item=${item} editing=${opened} page=${page} /></div>`}
  </div>`;
}

/** The heading of a group, with a box for all of it. */
export function Heading({ row, place, page }) {
  const free = row.ids.filter((id) => !locked(page.items.byId.get(id), page));
  const all = free.length > 0 && free.every((id) => page.selected.has(id));
  return html`<div class="group" role="row" aria-rowindex=${place + 2}>
    <div role="gridcell" class="cell cell-check"><input type="checkbox" checked=${all} disabled=${!free.length} aria-label=${t("review.selectGroup", { name: row.heading, count: free.length })} onClick=${() => page.pickAll(free, !all)} /></div>
    <div role="rowheader" class="group-name clip">${row.heading} <span class="count">${number(row.ids.length)}</span></div></div>`;
}

/** A row that has not come yet. */
export const Ghost = () => html`<div class="item item-ghost" aria-hidden="true"><span class="skeleton skeleton-round"></span><span class="skeleton" style=${{ width: "22%" }}></span><span class="skeleton skeleton-end" style=${{ width: "26%" }}></span></div>`;

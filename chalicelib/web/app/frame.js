// The frame around every page: the rail (a bar at the foot on a phone), who I am, and in the local stage a quiet strip.
import { Avatar, Icon } from "../kit/base.js";
import { Dialog } from "../kit/floating.js";
import { Toasts } from "../kit/telling.js";
import { get } from "../lib/api.js";
import { moment, now } from "../lib/dates.js";
import { html, useEffect, useState } from "../lib/html.js";
import { useMe } from "../lib/me.js";
import { Link, useAddress } from "../lib/router.js";
import { number, t } from "../lib/texts.js";
import { signOut } from "../signin/session.js";
import { isCurrent, menuOf } from "./menu.js";

const assets = document.documentElement.dataset.assets;

/** The page `children` inside the frame. */
export function Frame({ children }) {
  const { path } = useAddress();
  const known = useMe();
  const me = { ...known, tasks: useTasks(path) };
  const groups = menuOf(me);
  return html`<a class="skip" href="#content">${t("frame.skip")}</a>
    <div class="frame">
      <${Rail} me=${me} groups=${groups} path=${path} />
      <div class="main">
        ${me.stage === "local" && html`<${Strip} />`}
        <main id="content" tabindex="-1" class="main">${children}</main>
      </div>
    </div>
    <${BottomBar} groups=${groups} path=${path} me=${me} />
    <${Toasts} />`;
}

/** A number beside an entry of the menu, and that something there is late. */
const Count = ({ count, late }) => html`<span class="rail-count number">${late && html`<${Icon} name="clock-alert" size=${14} label=${t("frame.tasksLate")} />`}
  ${count > 0 && html`<span aria-hidden="true">${number(count)}</span><span class="unseen">${t("frame.tasksOpen", { count })}</span>`}</span>`;

/** `{open, anybody, overdue}` about tasks: few have any, and the menu tells only those who do or look after all. Asked
 * again when one looks at them, and when something was said about one. */
function useTasks(path) {
  const [found, setFound] = useState({ open: 0 });
  const [turn, setTurn] = useState(0);
  const there = path.startsWith("/tasks");
  useEffect(() => {
    const again = () => setTurn((one) => one + 1);
    addEventListener("tasks-changed", again);
    return () => removeEventListener("tasks-changed", again);
  }, []);
  useEffect(() => {
    const stop = new AbortController();
    get("/api/v1/tasks/count", { signal: stop.signal }).then(setFound, () => {});
    return () => stop.abort();
  }, [there, turn]);
  return found;
}

const Mark = ({ me }) => html`<${Link} href="/" class="rail-mark"><img src="${assets}/app/mark.svg" alt="" /><span class="clip">${t("frame.product")}</span><//>`;

const Rail = ({ me, groups, path }) => html`<header class="rail">
  <div class="rail-top"><${Mark} me=${me} />
    <${Link} href="/help" class="button button-quiet button-bare button-small" title=${t("frame.help")} aria-current=${path === "/help" ? "page" : undefined}><${Icon} name="circle-question-mark" label=${t("frame.help")} /><//></div>
  <nav aria-label=${t("frame.menu")}>${groups.map((group) => html`<div class="rail-group" key=${group.title}>
    ${groups.length > 1 && html`<p class="rail-title">${t(group.title)}</p>`}
    ${group.items.map((one) => html`<${Link} key=${one.href} href=${one.href} class="rail-link" aria-current=${isCurrent(one, path) ? "page" : undefined}>
      <${Icon} name=${one.icon} size=${18} /><span class="clip">${t(one.text)}</span>${one.count?.(me) && html`<${Count} ...${one.count(me)} />`}<//>`)}</div>`)}</nav>
  <div class="rail-foot">
    <div class="rail-me"><${Avatar} name=${me.displayName} id=${me.id} />
      <span class="person-words grow"><span class="person-name clip" title=${me.userPrincipalName}>${me.displayName}</span><span class="person-detail clip" title=${me.organisation}>${me.organisation}</span></span>
      <button type="button" class="button button-quiet button-bare button-small" title=${t("frame.signOut")} onClick=${signOut}><${Icon} name="log-out" label=${t("frame.signOut")} /></button>
    </div>
  </div>
</header>`;

function BottomBar({ groups, path, me }) {
  const [open, setOpen] = useState(false);
  useEffect(() => setOpen(false), [path]);
  const items = groups.flatMap((group) => group.items);
  const shown = items.length > 5 ? [items[0], items[1], items[2]] : items.slice(0, 4);
  return html`<nav class="bottom-bar" aria-label=${t("frame.menu")}>
    ${shown.map((one) => html`<${Link} key=${one.href} href=${one.href} class="bottom-link" aria-current=${isCurrent(one, path) ? "page" : undefined}>
      <${Icon} name=${one.icon} size=${20} /><span class="clip">${t(`${one.text}Short`)}</span><//>`)}
    <button type="button" class="bottom-link" aria-haspopup="dialog" onClick=${() => setOpen(true)}><${Icon} name="menu" size=${20} /><span>${t("frame.more")}</span></button>
    ${open && html`<${Dialog} title=${t("frame.product")} close=${() => setOpen(false)}>
      <div class="stack">${groups.map((group) => html`<div class="rail-group" key=${group.title}><p class="rail-title">${t(group.title)}</p>
        ${group.items.map((one) => html`<${Link} key=${one.href} href=${one.href} class="rail-link" onClick=${() => setOpen(false)} aria-current=${isCurrent(one, path) ? "page" : undefined}>
          <${Icon} name=${one.icon} size=${18} /><span>${t(one.text)}</span>${one.count?.(me) && html`<${Count} ...${one.count(me)} />`}<//>`)}</div>`)}
        <div class="between"><span class="rail-me"><${Avatar} name=${me.displayName} id=${me.id} /><span class="person-words"><span class="person-name clip">${me.displayName}</span><span class="person-detail clip">${me.organisation}</span></span></span>
          <span class="row"><${Link} href="/help" class="button button-plain" onClick=${() => setOpen(false)}>${t("frame.help")}<//>
            <button type="button" class="button button-plain" onClick=${signOut}>${t("frame.signOut")}</button></span></div></div>
    <//>`}
  </nav>`;
}

/** Local stage only: whose clock this is and where the mails are. */
function Strip() {
  const [time, setTime] = useState(now());
  useEffect(() => {
    const timer = setInterval(() => setTime(now()), 20_000);
    return () => clearInterval(timer);
  }, []);
  return html`<aside class="strip" aria-label=${t("frame.local")}><span>${t("frame.local")}</span><span>${t("frame.clock", { now: moment(time) })}</span>
    <a href="/_local/mails/">${t("frame.localMails")}</a></aside>`;
}

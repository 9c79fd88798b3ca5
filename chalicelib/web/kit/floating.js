// What floats over a page: dialogs, confirmations, the side pane, menus.
import { html, useEffect, useId, useRef, useState } from "../lib/html.js";
import { t } from "../lib/texts.js";
import { Button, Icon } from "./base.js";
import { explained, Notice } from "./telling.js";

/** A dialog of the browser's own: it keeps the focus, Escape closes it. `foot` holds its buttons; `wide` for tables. */
export function Dialog({ title, close, children, foot, wide }) {
  const element = useRef(null);
  const id = useId();
  useEffect(() => {
    const before = document.activeElement;
    element.current.showModal();
    return () => before?.focus?.({ preventScroll: true });
  }, []);
  const outside = (event) => event.target === element.current && close();
  const cancelled = (event) => {
    event.preventDefault();
    close();
  };
  return html`<dialog ref=${element} class=${wide ? "dialog dialog-wide" : "dialog"} aria-labelledby=${id} onCancel=${cancelled} onMouseDown=${outside}>
    <div class="dialog-inside">
      <header class="dialog-head"><h2 id=${id}>${title}</h2><${Button} kind="quiet" bare icon="x" onClick=${close}>${t("kit.close")}<//></header>
      <div class="dialog-body">${children}</div>
      ${foot && html`<footer class="dialog-foot">${foot}</footer>`}
    </div>
  </dialog>`;
}

/**
 * Before something that cannot be taken back: `children` state the consequence in numbers, `act` does it (a promise).
 * It stays open while that runs and says why when it failed.
 */
export function Confirm({ title, children, label, danger, act, close, disabled }) {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState(null);
  const go = async () => {
    setBusy(true);
    setError(null);
    try {
      await act();
      close(true);
    } catch (problem) {
      setError(problem);
      setBusy(false);
    }
  };
  const foot = html`<${Button} onClick=${() => close(false)}>${t("kit.cancel")}<//>
    <${Button} kind=${danger ? "danger" : "primary"} busy=${busy} disabled=${disabled} onClick=${go}>${label}<//>`;
  return html`<${Dialog} title=${title} close=${() => close(false)} foot=${foot}>
    <div class="stack">${children}${error && html`<${Notice} tone="deny">${explained(error)}<//>`}</div>
  <//>`;
}

/** Details beside the page; a sheet over it on a phone. Escape closes it. */
export function Sheet({ title, close, children, label }) {
  const element = useRef(null);
  useEffect(() => {
    const pressed = (event) => event.key === "Escape" && !document.querySelector("dialog[open]") && close();
    document.addEventListener("keydown", pressed);
    return () => document.removeEventListener("keydown", pressed);
  }, [close]);
  return html`<aside class="sheet" ref=${element} aria-label=${label || title}>
    <header class="sheet-head"><h2 class="clip">${title}</h2><${Button} kind="quiet" bare icon="x" onClick=${close}>${t("kit.close")}<//></header>
    <div class="sheet-body">${children}</div>
  </aside>`;
}

/** A button that opens a list of actions: `items` [{label, icon, act, danger, disabled}] (false ones are left out). */
export function Menu({ label, icon = "ellipsis", items, kind = "plain", words, small }) {
  const [open, setOpen] = useState(false);
  const place = useRef(null);
  const shown = items.filter(Boolean);
  useEffect(() => {
    if (!open) return undefined;
    const list = place.current.querySelector("[role=menu]");
    list.classList.toggle("menu-left", list.getBoundingClientRect().left < 8); // no room: it opens to the other side
    list.querySelector("[role=menuitem]")?.focus();
    const outside = (event) => place.current?.contains(event.target) || setOpen(false);
    document.addEventListener("pointerdown", outside);
    return () => document.removeEventListener("pointerdown", outside);
  }, [open]);
  const shut = () => {
    setOpen(false);
    place.current.querySelector("button").focus();
  };
  const keys = (event) => {
    const all = [...place.current.querySelectorAll("[role=menuitem]")];
    const move = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key === "Escape") shut();
    else if (event.key === "Tab") return setOpen(false);
    else if (move) all[(all.indexOf(document.activeElement) + move + all.length) % all.length].focus();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return html`<span class="menu" ref=${place}>
    <${Button} kind=${kind} small=${small} icon=${icon} bare=${!words} aria-haspopup="menu" aria-expanded=${open ? "true" : "false"} onClick=${() => setOpen(!open)}>
      ${words ? html`${label}<${Icon} name="chevron-down" size=${14} />` : label}<//>
    ${open && html`<ul class="menu-list" role="menu" aria-label=${label} onKeyDown=${keys}>
      ${shown.map((one) => html`<li role="none" key=${one.label}><button type="button" role="menuitem" tabindex="-1" disabled=${one.disabled}
        class=${one.danger ? "menu-item menu-danger" : "menu-item"} onClick=${() => (shut(), one.act())}>
        ${one.icon && html`<${Icon} name=${one.icon} />`}<span>${one.label}</span></button></li>`)}
    </ul>`}
  </span>`;
}

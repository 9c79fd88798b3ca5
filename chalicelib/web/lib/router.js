// Addresses: the browser's history, links that do not load the page anew, and filters kept in the query.
import { html, useEffect, useState } from "./html.js";
import { here, located } from "./place.js";

const listeners = new Set();
const guards = new Set();
const tell = () => listeners.forEach((told) => told());
addEventListener("popstate", tell);

/** Go to a path of the portal. With `replace`, without a new entry in the history. */
export function navigate(path, { replace = false } = {}) {
  if (![...guards].every((ask) => ask())) return;
  history[replace ? "replaceState" : "pushState"]({}, "", located(path));
  if (!replace) scrollTo(0, 0);
  tell();
}

/** Ask before leaving while `unsaved()`; the browser asks too when the tab is closed. */
export function useGuard(unsaved, question) {
  useEffect(() => {
    const ask = () => !unsaved() || confirm(question);
    const leaving = (event) => unsaved() && event.preventDefault();
    guards.add(ask);
    addEventListener("beforeunload", leaving);
    return () => {
      guards.delete(ask);
      removeEventListener("beforeunload", leaving);
    };
  });
}

/** The address, watched: `{path, query}`. */
export function useAddress() {
  const [, again] = useState(0);
  useEffect(() => {
    const told = () => again((one) => one + 1);
    listeners.add(told);
    return () => listeners.delete(told);
  }, []);
  return { path: here(), query: Object.fromEntries(new URLSearchParams(location.search)) };
}

/** The query's values by name. */
export const useQuery = () => useAddress().query;

/** Change some of the query's values (an empty one is taken out), without a new entry in the history. */
export function setQuery(changes) {
  const query = new URLSearchParams(location.search);
  for (const [name, value] of Object.entries(changes)) value ? query.set(name, value) : query.delete(name);
  const text = query.toString();
  navigate(here() + (text ? `?${text}` : ""), { replace: true });
}

/** A link inside the portal; other clicks (new tab, other button) stay the browser's. */
export function Link({ href, children, ...more }) {
  const clicked = (event) => {
    more.onClick?.(event);
    const plain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
    if (!plain || event.defaultPrevented || more.target) return;
    event.preventDefault();
    navigate(href);
  };
  return html`<a ...${more} href=${href && located(href)} onClick=${clicked}>${children}</a>`;
}

/** The parameters of `path` under a pattern such as `/reviews/{id}`, or null. */
export function match(pattern, path) {
  const wanted = pattern.split("/");
  const given = (path.length > 1 ? path.replace(/\/+$/, "") : path).split("/");
  if (wanted.length !== given.length) return null;
  const found = {};
  for (const [place, part] of wanted.entries()) {
    if (part.startsWith("{")) found[part.slice(1, -1)] = decodeURIComponent(given[place]);
    else if (part !== given[place]) return null;
  }
  return found;
}

// Loading things: one value, or a list page by page. What was shown stays while it is loaded again.
import { following, get } from "./api.js";
import { useCallback, useEffect, useRef, useState } from "./html.js";

/** `{data, error, loading, reload}` of an asynchronous `load(signal)`, again whenever `deps` change. */
export function useLoad(load, deps) {
  const [state, setState] = useState({ data: undefined, error: null, loading: true });
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    const stop = new AbortController();
    setState((before) => ({ ...before, loading: true }));
    load(stop.signal).then(
      (data) => stop.signal.aborted || setState({ data, error: null, loading: false }),
      (error) => stop.signal.aborted || setState((before) => ({ ...before, error, loading: false })),
    );
    return () => stop.abort();
  }, [...deps, turn]);
  const reload = useCallback(() => setTurn((one) => one + 1), []);
  return { ...state, reload };
}

/** One GET as `useLoad`; nothing is loaded while `path` is empty. */
export const useGet = (path) => useLoad((signal) => (path ? get(path, { signal }) : Promise.resolve(undefined)), [path]);

/** `{rows, total, page, more, loading, error, next, reload}` of a list; `next()` fetches the following page, and `page`
 * is the last one as it came, for what it has beside its rows. */
export function usePages(path) {
  const [state, setState] = useState({ rows: [], next: path, total: undefined, error: null, loading: true });
  const run = useRef(0);
  const fetchPage = useCallback(async (from, before, turn) => {
    setState((now) => ({ ...now, loading: true, error: null }));
    try {
      const page = await get(from);
      if (run.current !== turn) return;
      const total = page["@odata.count"];
      setState((now) => ({ rows: [...before, ...page.value], next: following(page), total: total ?? now.total, page, error: null, loading: false }));
    } catch (error) {
      if (run.current === turn) setState((now) => ({ ...now, error, loading: false }));
    }
  }, []);
  const reload = useCallback(() => path && fetchPage(path, [], ++run.current), [path]);
  useEffect(() => {
    if (path) reload();
    else setState({ rows: [], next: null, total: undefined, error: null, loading: false });
    return () => void run.current++;
  }, [path]);
  const next = () => state.next && !state.loading && fetchPage(state.next, state.rows, run.current);
  return { rows: state.rows, total: state.total, page: state.page, more: Boolean(state.next), loading: state.loading, error: state.error, next, reload };
}

/** The value, once it has stood still for `wait` milliseconds: for searching as one types. */
export function useStill(value, wait = 250) {
  const [still, setStill] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setStill(value), wait);
    return () => clearTimeout(timer);
  }, [value, wait]);
  return still;
}

/** Does a media query hold now? `useMedia("(max-width: 52rem)")` */
export function useMedia(query) {
  const [holds, setHolds] = useState(() => matchMedia(query).matches);
  useEffect(() => {
    const list = matchMedia(query);
    const told = () => setHolds(list.matches);
    told();
    list.addEventListener("change", told);
    return () => list.removeEventListener("change", told);
  }, [query]);
  return holds;
}

/** Is this a phone's width? The frame turns into a bottom bar there. */
export const usePhone = () => useMedia("(max-width: 52rem)");

const SHORTCUTS = "access-reviews.shortcuts";

/** Do keys of a single character act? Whoever dictates or uses a switch may turn them off (WCAG 2.1.4). */
export const shortcutsOn = () => localStorage.getItem(SHORTCUTS) !== "off";

/** Turn keys of a single character on or off on this machine. */
export const setShortcuts = (on) => localStorage.setItem(SHORTCUTS, on ? "on" : "off");

/** Run `act` on a key press anywhere while nothing is typed; `keys` maps `event.key` (or "shift+j") to actions. */
export function useKeys(keys, active = true) {
  const latest = useRef(keys);
  latest.current = keys;
  useEffect(() => {
    if (!active) return undefined;
    const pressed = (event) => {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
      const name = event.shiftKey && event.key.length > 1 ? `shift+${event.key}` : event.key;
      if (/^\S$/u.test(event.key) && !shortcutsOn()) return;
      const act = latest.current[name];
      if (act && act(event) !== false) event.preventDefault();
    };
    document.addEventListener("keydown", pressed);
    return () => document.removeEventListener("keydown", pressed);
  }, [active]);
}

const typing = (element) =>
  element.isContentEditable || element.closest?.("dialog[open]") !== null ||
  /^(TEXTAREA|SELECT)$/.test(element.tagName) || (element.tagName === "INPUT" && !/^(checkbox|radio|button)$/.test(element.type));

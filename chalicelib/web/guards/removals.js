// The removals of a closed review that wait for a confirmation: the numbers once, the people page by page as searched.
import { following, get } from "../lib/api.js";
import { useStill } from "../lib/hooks.js";
import { useCallback, useEffect, useRef, useState } from "../lib/html.js";

const NONE = { rows: [], next: null, error: null, loading: true };

/** `{head, list}`: `head` has the numbers and whether the review still waits; `list` is what DataTable takes. */
export function useRemovals(id, search) {
  const [head, setHead] = useState(null);
  const [state, setState] = useState(NONE);
  const run = useRef(0);
  const wanted = useStill(search.trim());
  const first = `/api/v1/reviews/${id}/removals-to-confirm${wanted ? `?search=${encodeURIComponent(wanted)}` : ""}`;
  const fetchPage = useCallback(async (from, before) => {
    const turn = ++run.current;
    setState((now) => ({ ...now, loading: true, error: null }));
    try {
      const page = await get(from);
      if (run.current !== turn) return;
      if (page.summary || !page.waiting) setHead(page);
      setState({ rows: [...before, ...page.value], next: following(page), error: null, loading: false });
    } catch (error) {
      if (run.current === turn) setState((now) => ({ ...now, error, loading: false }));
    }
  }, []);
  const reload = useCallback(() => fetchPage(first, []), [first]);
  useEffect(() => {
    reload();
    return () => void run.current++;
  }, [first]);
  const next = () => state.next && !state.loading && fetchPage(state.next, state.rows);
  return { head, searched: wanted, list: { ...state, more: Boolean(state.next), next, reload } };
}

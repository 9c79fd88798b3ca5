// Keeping an open page true: is the review still open, what did fellow reviewers decide? Two small reads a look; the
// items themselves are only fetched anew when the counts say that somebody decided.
import { get } from "../lib/api.js";
import { useEffect } from "../lib/html.js";

const PAUSE = 5_000; // milliseconds between two looks at the least
const EVERY = 60_000;
const PEOPLE_A_MINUTE = 1_000; // of larger reviews the items are fetched less often

/** Look when one comes back to the page and once a minute. `reload` asks for the briefing anew. */
export function useFresh(briefing, items, reload, closed) {
  const { withOthers } = briefing.asked;
  useEffect(() => {
    if (closed) return undefined;
    let last = performance.now();
    let fetched = last;
    let counted = "";
    const counts = async () => JSON.stringify((await get(`/api/v1/reviews/${briefing.id}`)).counts);
    const look = async () => {
      const now = performance.now();
      if (document.hidden || now - last < PAUSE) return;
      last = now;
      reload();
      if (!withOthers || !items.loaded || now - fetched < (EVERY * items.byId.size) / PEOPLE_A_MINUTE - EVERY) return;
      const found = await counts().catch(() => counted);
      if (found === counted) return;
      counted = found;
      fetched = now;
      items.load();
    };
    if (withOthers) counts().then((found) => (counted = found), () => {});
    const timer = setInterval(look, EVERY);
    addEventListener("focus", look);
    document.addEventListener("visibilitychange", look);
    return () => {
      clearInterval(timer);
      removeEventListener("focus", look);
      document.removeEventListener("visibilitychange", look);
    };
  }, [briefing.id, withOthers, items, closed]);
}

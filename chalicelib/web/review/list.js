// A list of any length as a grid: only the rows near the window are in the page. Heights are known beforehand but for
// the row that is open; the page itself scrolls.
import { html, useEffect, useLayoutEffect, useMemo, useRef, useState } from "../lib/html.js";

const BEYOND = 600; // pixels drawn above and below what is seen

/**
 * `rows` [{id} or {heading}]; `heightOf(row)` in pixels; `draw(row, place)` gives the row's element, `columns` the first
 * one, which has the names. `openId` is a row
 * whose real height is measured. `handle` is filled with `show(place)`, which scrolls a row into view.
 */
export function VirtualList({ rows, heightOf, draw, openId, label, columns, handle, below = 0, above = 0 }) {
  const element = useRef(null);
  const [seen, setSeen] = useState({ top: 0, height: innerHeight });
  const [openHeight, setOpenHeight] = useState(0);
  const tops = useMemo(() => sums(rows, (row) => (row.id && row.id === openId && openHeight ? openHeight : heightOf(row))), [rows, heightOf, openId, openHeight]);

  useLayoutEffect(() => {
    const look = () => {
      const top = -element.current.getBoundingClientRect().top;
      setSeen((before) => (Math.abs(before.top - top) < 80 && before.height === innerHeight ? before : { top, height: innerHeight }));
    };
    look();
    addEventListener("scroll", look, { passive: true });
    addEventListener("resize", look);
    const watch = new ResizeObserver(look);
    watch.observe(document.body);
    return () => {
      removeEventListener("scroll", look);
      removeEventListener("resize", look);
      watch.disconnect();
    };
  }, []);

  useEffect(() => {
    const row = openId && element.current.querySelector(`[data-row="${openId}"]`);
    if (!row) return setOpenHeight(0);
    const watch = new ResizeObserver(() => setOpenHeight(row.offsetHeight));
    watch.observe(row);
    return () => watch.disconnect();
  }, [openId, rows]);

  handle.show = (place) => {
    const start = element.current.getBoundingClientRect().top + tops[place];
    const end = start + (tops[place + 1] - tops[place]);
    if (start < above + 8) scrollBy({ top: start - above - 8, behavior: "instant" });
    else if (end > innerHeight - below - 8) scrollBy({ top: end - innerHeight + below + 8, behavior: "instant" });
  };
  handle.topOf = (place) => element.current.getBoundingClientRect().top + tops[place];

  const first = Math.max(0, found(tops, seen.top - BEYOND));
  const last = Math.min(rows.length, found(tops, seen.top + seen.height + BEYOND) + 1);
  const shown = rows.slice(first, last);
  const drawn = useRef({}).current; // rows that are drawn already stay as they are while one scrolls
  if (drawn.by !== draw || drawn.rows !== rows) Object.assign(drawn, { by: draw, rows, places: new Map() });
  const place = (row, at) => {
    const top = tops[at];
    const kept = drawn.places.get(at);
    if (kept?.top === top) return kept.element;
    const made = html`<div key=${row.id || `heading ${row.heading}`} class="rows-place" role="presentation" style=${{ transform: `translateY(${top}px)` }}>${draw(row, at)}</div>`;
    return made;
  };
  const elements = shown.map((row, index) => place(row, first + index));
  drawn.places = new Map(elements.map((one, index) => [first + index, { top: tops[first + index], element: one }]));
  return html`<div class="grid" role="grid" aria-label=${label} aria-rowcount=${rows.length + 1} aria-multiselectable="true"><div role="rowgroup">${columns}</div>
    <div ref=${element} class="rows" role="rowgroup" style=${{ height: `${tops[rows.length]}px` }}>
      ${elements}</div></div>`;
}

function sums(rows, heightOf) {
  const tops = new Float64Array(rows.length + 1);
  rows.forEach((row, place) => (tops[place + 1] = tops[place] + heightOf(row)));
  return tops;
}

/** The last place whose top is not below `y`. */
function found(tops, y) {
  let low = 0;
  let high = tops.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (tops[middle] <= y) low = middle;
    else high = middle - 1;
  }
  return low;
}

// Burn-up charts: decisions against the straight line from a review's opening to its close. Small for a row, or with
// axes, today and a table of the same numbers. Nothing in them but lines: colours come from the style sheet.
import { Table } from "../kit/disclosed.js";
import { day, now, shortDay } from "../lib/dates.js";
import { html, useEffect, useId, useRef, useState } from "../lib/html.js";
import { number, percent, t } from "../lib/texts.js";

const DAY = 86_400_000;

/** How many people somebody has decided about, or nobody needs to: the rule that decides at the close is nobody. */
export const decidedOf = ({ counts, outcome }) =>
  counts.total - counts.notReviewed - (outcome ? outcome.approvedByRule + outcome.deniedByRule : 0);

/** The line as [time, decided]: flat between days with decisions, up to now or the close. */
export function line({ days, startDateTime, endDateTime }) {
  const start = Date.parse(startDateTime);
  const last = Math.max(start, Math.min(now().getTime(), Date.parse(endDateTime)));
  const points = [[start, 0]];
  for (const one of days) {
    const begins = Math.max(Date.parse(one.date), start);
    const ends = Math.min(Math.max(Date.parse(one.date) + DAY, begins), last);
    if (begins > points.at(-1)[0]) points.push([begins, points.at(-1)[1]]);
    points.push([Math.max(ends, points.at(-1)[0]), Math.max(one.sum, 0)]);
  }
  points.push([last, points.at(-1)[1]]);
  return points;
}

const path = (points, x, y) => points.map(([at, sum], place) => `${place ? "L" : "M"}${x(at).toFixed(1)} ${y(sum).toFixed(1)}`).join(" ");

/** A burn-up of a row's size. Decoration beside the numbers it shows, so it is hidden from readers. */
export function Sparkline({ review, width = 132, height = 36 }) {
  const total = Math.max(review.counts.total, 1);
  const [start, end] = [Date.parse(review.startDateTime), Date.parse(review.endDateTime)];
  const x = (at) => 2 + ((at - start) / Math.max(end - start, 1)) * (width - 4);
  const y = (sum) => height - 2 - (Math.min(sum, total) / total) * (height - 4);
  const points = line(review);
  const [lastX, lastY] = [x(points.at(-1)[0]), y(points.at(-1)[1])];
  return html`<svg class=${review.needs === "late" ? "burnup burnup-late" : "burnup"} width=${width} height=${height} viewBox="0 0 ${width} ${height}" aria-hidden="true" focusable="false">
    <path class="burnup-area" d="${path(points, x, y)} L${lastX.toFixed(1)} ${y(0)} L${x(start)} ${y(0)} Z" />
    <path class="burnup-straight" d="M${x(start)} ${y(0)} L${x(end)} ${y(total)}" />
    <path class="burnup-line" d=${path(points, x, y)} />
    <circle class="burnup-now" cx=${lastX} cy=${lastY} r="2.5" />
  </svg>`;
}

/** The width that an element has, as it changes. */
function useWidth() {
  const element = useRef(null);
  const [width, setWidth] = useState(0);
  useEffect(() => {
    const watch = new ResizeObserver(([entry]) => setWidth(Math.round(entry.contentRect.width)));
    watch.observe(element.current);
    return () => watch.disconnect();
  }, []);
  return [element, width];
}

/** The chart of one review with its axes. `progress` is what `/api/v1/reviews/{id}/progress` answers. */
export function BurnUp({ progress, zone }) {
  const [element, width] = useWidth();
  return html`<figure class=${progress.late ? "chart burnup-late" : "chart"}>
    <div class="chart-space" ref=${element}>${width > 0 && html`<${Chart} progress=${progress} width=${width} />`}</div>
    <figcaption class="legend">
      <span class="legend-one"><svg width="22" height="8" aria-hidden="true"><path class="burnup-line" d="M1 4 H21" /></svg>${t("overview.decidedLine")}</span>
      <span class="legend-one"><svg width="22" height="8" aria-hidden="true"><path class="burnup-straight" d="M1 4 H21" /></svg>${t("overview.straightLine")}</span>
    </figcaption>
    <${Table} label=${t("overview.asTable")} caption=${t("overview.chartTitle")} heads=${[t("overview.dayHead"), t("overview.thatDay"), t("overview.inAll")]}
      rows=${progress.days.map((one) => [day(`${one.date}T12:00:00Z`, zone), number(one.decided), number(one.sum)])} none=${t("overview.noDays")} />
  </figure>`;
}

function Chart({ progress, width }) {
  const id = useId();
  const height = width < 480 ? 200 : 260;
  const [left, right, top, bottom] = [44, 16, 24, 28];
  const { total, decided } = progress;
  const most = Math.max(total, 1);
  const [start, end] = [Date.parse(progress.startDateTime), Date.parse(progress.endDateTime)];
  const x = (at) => left + ((at - start) / Math.max(end - start, 1)) * (width - left - right);
  const y = (sum) => height - bottom - (Math.min(sum, most) / most) * (height - top - bottom);
  const points = line(progress);
  const [at, sum] = points.at(-1);
  const open = at < end;
  const levels = most < 4 ? [0, most] : [0, Math.round(most / 2), most];
  const words = { decided, total, share: percent(decided / most), start: day(progress.startDateTime), end: day(progress.endDateTime) };
  const beside = x(at) > width - 150;
  return html`<svg class=${progress.late ? "burnup burnup-late" : "burnup"} width=${width} height=${height} viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="${id}-t ${id}-d">
    <title id="${id}-t">${t("overview.chartTitle")}</title><desc id="${id}-d">${t("overview.chartWords", words)}</desc>
    ${levels.map((level) => html`<g key=${level}><line class="burnup-grid" x1=${left} x2=${width - right} y1=${y(level)} y2=${y(level)} />
      <text class="burnup-text" x=${left - 10} y=${y(level) + 4} text-anchor="end">${number(level)}</text></g>`)}
    <path class="burnup-area" d="${path(points, x, y)} L${x(at).toFixed(1)} ${y(0)} L${left} ${y(0)} Z" />
    <path class="burnup-straight" d="M${x(start)} ${y(0)} L${x(end)} ${y(most)}" />
    ${open && html`<line class="burnup-today" x1=${x(at)} x2=${x(at)} y1=${top - 8} y2=${y(0)} />`}
    <path class="burnup-line" d=${path(points, x, y)} /><circle class="burnup-now" cx=${x(at)} cy=${y(sum)} r="4" />
    <text class="burnup-text burnup-strong" x=${x(at) + (beside ? -10 : 10)} y=${Math.max(y(sum) - 10, 12)} text-anchor=${beside ? "end" : "start"}>${t("kit.of", { done: decided, total })}</text>
    <text class="burnup-text" x=${left} y=${height - 8}>${shortDay(progress.startDateTime)}</text>
    ${open && x(at) > left + 90 && x(at) < width - right - 90 && html`<text class="burnup-text" x=${x(at)} y=${height - 8} text-anchor="middle">${t("overview.today")}</text>`}
    <text class="burnup-text" x=${width - right} y=${height - 8} text-anchor="end">${shortDay(progress.endDateTime)}</text>
  </svg>`;
}

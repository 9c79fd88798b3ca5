// Dates in words. "Now" is the time of the instance that serves us, never this machine's clock alone.
import { LANGUAGE, t } from "./texts.js";

const DAY = 86_400_000;
export const ownZone = Intl.DateTimeFormat().resolvedOptions().timeZone;
let offset = 0;

/** Set the product's time from an answer of the API. */
export function setClock(iso) {
  offset = new Date(iso).getTime() - Date.now();
}

/** The product's time. */
export const now = () => new Date(Date.now() + offset);

const formats = new Map();
function format(options) {
  const key = JSON.stringify(options);
  if (!formats.has(key)) formats.set(key, new Intl.DateTimeFormat(LANGUAGE + "-GB", options));
  return formats.get(key);
}

/** "Tue 31 March", with the year when it is not this one. */
export function day(iso, zone = ownZone) {
  const date = new Date(iso);
  const year = date.getFullYear() === now().getFullYear() ? {} : { year: "numeric" };
  return format({ weekday: "short", day: "numeric", month: "long", ...year, timeZone: zone }).format(date).replace(",", "");
}

/** "Tue 31 Mar", with the year when it is not this one: where two dates stand side by side. */
export const briefDay = (iso, zone = ownZone) => `${format({ weekday: "short", timeZone: zone }).format(new Date(iso))} ${shortDay(iso, zone)}`;

/** "31 Mar", with the year when it is not this one. */
export function shortDay(iso, zone = ownZone) {
  const date = new Date(iso);
  const year = date.getFullYear() === now().getFullYear() ? {} : { year: "numeric" };
  return format({ day: "numeric", month: "short", ...year, timeZone: zone }).format(date);
}

/** "31 March 2026": for days long ago. */
export const longDay = (iso, zone = ownZone) =>
  format({ day: "numeric", month: "long", year: "numeric", timeZone: zone }).format(new Date(iso));

/** "March 2026". */
export const month = (iso, zone = ownZone) => format({ month: "long", year: "numeric", timeZone: zone }).format(new Date(iso));

/** "23:59". */
export const time = (iso, zone = ownZone) =>
  format({ hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: zone }).format(new Date(iso));

/** "Tue 31 March, 23:59", in the viewer's zone, or in `zone` with its name. */
export function moment(iso, zone) {
  const place = zone && zone !== ownZone ? ` ${t("kit.zoneTime", { zone: zoneName(zone) })}` : "";
  return `${day(iso, zone)}, ${time(iso, zone)}${place}`;
}

/** The exact instant: in the viewer's zone, and in the policy's when that is another. */
export function exactly(iso, zone) {
  const own = format({ dateStyle: "full", timeStyle: "short", timeZone: ownZone }).format(new Date(iso));
  const mine = `${own} (${zoneName(ownZone)})`;
  return zone && zone !== ownZone ? `${mine} · ${moment(iso, zone)}` : mine;
}

/** "Paris" for Europe/Paris. */
export const zoneName = (zone) => (zone || "UTC").split("/").pop().replaceAll("_", " ");

/** How many midnights of the viewer lie between two instants: 0 is the same day. */
export function daysBetween(from, to, zone = ownZone) {
  const place = (date) => Date.parse(format({ year: "numeric", month: "2-digit", day: "2-digit", timeZone: zone }).format(new Date(date)).split("/").reverse().join("-"));
  return Math.round((place(to) - place(from)) / DAY);
}

function span(days) {
  if (days < 14) return t("kit.days", { count: days });
  if (days < 60) return t("kit.weeks", { count: Math.round(days / 7) });
  if (days < 700) return t("kit.months", { count: Math.round(days / 30.44) });
  return t("kit.years", { count: Math.round(days / 365.25) });
}

/** "4 months ago", "today", "yesterday". */
export function ago(iso) {
  const days = daysBetween(iso, now());
  if (days < 0) return until(iso);
  if (days === 0) return t("kit.today");
  return days === 1 ? t("kit.yesterday") : t("kit.ago", { span: span(days) });
}

/** "in 6 days", "today", "tomorrow". */
export function until(iso) {
  const days = daysBetween(now(), iso);
  if (days < 0) return ago(iso);
  if (days === 0) return t("kit.today");
  return days === 1 ? t("kit.tomorrow") : t("kit.in", { span: span(days) });
}

/** "closes in 6 days", "closes today at 23:59", "closed yesterday". */
export function due(iso) {
  const end = new Date(iso);
  if (end <= now()) return t("kit.closed", { when: ago(iso) });
  const hours = (end - now()) / 3_600_000;
  if (hours < 1) return t("kit.closesSoon");
  if (daysBetween(now(), iso) === 0) return t("kit.closesToday", { time: time(iso) });
  return t("kit.closes", { when: until(iso) });
}

/** How urgent a due date is: "closed", "today", "soon" (three days), or "later". */
export function urgency(iso) {
  if (new Date(iso) <= now()) return "closed";
  const days = daysBetween(now(), iso);
  return days === 0 ? "today" : days <= 3 ? "soon" : "later";
}

/** A date for `<input type="date">`: 2026-03-31, in a zone. */
export const inputDay = (iso, zone = ownZone) =>
  format({ year: "numeric", month: "2-digit", day: "2-digit", timeZone: zone }).format(new Date(iso)).split("/").reverse().join("-");

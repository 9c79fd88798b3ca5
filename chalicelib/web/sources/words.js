// How a source stands, in a word with its tone, and how fresh its data is.
import { ago } from "../lib/dates.js";
import { t } from "../lib/texts.js";

/** `{id, tone, icon}`: retired, failing, silent, fresh, or asked for when it is needed. */
export function standing(source) {
  if (source.retiredDateTime) return { id: "retired", tone: "plain", icon: "ban" };
  if (source.error) return { id: "failing", tone: "deny", icon: "circle-alert" };
  if (source.silent) return { id: "silent", tone: "unsure", icon: "clock-alert" };
  if (!source.expectedDateTime) return { id: "asked", tone: "plain", icon: "circle-dot" };
  return { id: "fresh", tone: "approve", icon: "check" };
}

/** "known until 3 days ago". */
export const known = (source) =>
  source.knownUntilDateTime ? t("sources.known", { when: ago(source.knownUntilDateTime) }) : t("sources.nothing");

/** "at least every 2 days", "not expected regularly". */
export function expected(source) {
  const hours = source.everyHours;
  if (hours) return hours % 24 ? t("sources.everyHours", { count: hours }) : t("sources.everyDays", { count: hours / 24 });
  return t(source.kind === "csv" || source.kind === "target" ? "sources.notExpected" : "sources.usual");
}

// Which rows are shown, in which order and under which headings: a function of the items and what the address says.
import { now } from "../lib/dates.js";
import { compare, t } from "../lib/texts.js";

const DAY = 86_400_000;
const IDLE = 90; // days without a sign-in that are worth a look of their own

/** The filters that can be on together; those of one `family` replace one another. */
export const FILTERS = {
  undecided: { family: "decision", holds: (one) => waits(one) },
  suggested: { family: "suggestion", tone: "deny", holds: (one) => waits(one) && one.recommendation === "Deny" },
  idle: { family: "sign-in", holds: (one) => one.lastSignIn !== null && now() - new Date(one.lastSignIn) > IDLE * DAY },
  changed: { family: "changes", holds: (one) => one.changes.length > 0 },
  approved: { family: "decision", holds: (one) => one.decision === "Approve" },
  denied: { family: "decision", holds: (one) => one.decision === "Deny" },
  unsure: { family: "decision", holds: (one) => one.decision === "DontKnow" },
};

/** Does an item still wait for a decision? */
export const waits = (one) => one.decision === "NotReviewed" && !one.cancelled;

const SORTS = {
  name: (a, b) => compare(a.name, b.name),
  signIn: (a, b) => (a.lastSignIn || "").localeCompare(b.lastSignIn || "") || compare(a.name, b.name),
  suggestion: (a, b) => rank(a) - rank(b) || compare(a.name, b.name),
  since: (a, b) => b.since.localeCompare(a.since) || compare(a.name, b.name),
};
const rank = (one) => ["Deny", "NoInfoAvailable", "Approve"].indexOf(one.recommendation);

const GROUPS = {
  department: (one) => one.department || t("review.noDepartment"),
  manager: (one) => one.manager?.displayName || t("review.noManager"),
  package: (one) => one.package,
};

/** What the address asks for: `{q, show: [filter], department, sort, group}`; what is unknown there is left out. */
export function asked(query) {
  return {
    q: query.q || "",
    show: (query.show || "").split(",").filter((name) => FILTERS[name]),
    department: query.department || "",
    sort: SORTS[query.sort] ? query.sort : "name",
    group: GROUPS[query.group] ? query.group : "",
  };
}

/** Another filter on or off, as the address says it. */
export function toggled(show, name) {
  if (show.includes(name)) return show.filter((one) => one !== name).join(",");
  return [...show.filter((one) => FILTERS[one].family !== FILTERS[name].family), name].join(",");
}

const words = new WeakMap();
function searched(item) {
  if (!words.has(item)) words.set(item, plain([item.name, item.address, item.title, item.department, item.manager?.displayName].join(" ")));
  return words.get(item);
}
const plain = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();

/** The items that match, in order. */
export function matching(items, wanted) {
  const parts = plain(wanted.q).split(/\s+/).filter(Boolean);
  const fits = (one) =>
    wanted.show.every((name) => FILTERS[name].holds(one)) &&
    (!wanted.department || (one.department || t("review.noDepartment")) === wanted.department) &&
    parts.every((part) => searched(one).includes(part));
  return items.filter(fits).sort(SORTS[wanted.sort]);
}

/** The rows: item ids, with a heading before each group. */
export function rowsOf(items, wanted) {
  if (!wanted.group) return items.map((one) => ({ id: one.id }));
  const groups = new Map();
  for (const one of items) {
    const name = GROUPS[wanted.group](one);
    if (!groups.has(name)) groups.set(name, []);
    groups.get(name).push(one.id);
  }
  const sorted = [...groups].sort(([a], [b]) => compare(a, b));
  return sorted.flatMap(([name, ids]) => [{ heading: name, ids }, ...ids.map((id) => ({ id }))]);
}

/** How many items each filter would show, and the departments there are. */
export function counted(items) {
  const counts = Object.fromEntries(Object.entries(FILTERS).map(([name, one]) => [name, items.filter(one.holds).length]));
  const departments = [...new Set(items.map((one) => one.department || t("review.noDepartment")))].sort(compare);
  const some = (recommendation) => items.some((one) => one.recommendation === recommendation);
  const managers = new Set(items.map((one) => one.manager?.id));
  return { counts, departments, managers: managers.size, suggests: some("Deny") };
}

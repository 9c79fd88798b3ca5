// The little of CSV that the page itself needs: to look at the head of a file, and to write one.
import { t } from "../lib/texts.js";

/** Columns a file of people or assignments may have; the first `needed` of them must be there. */
export const COLUMNS = {
  people: ["userPrincipalName", "displayName", "mail", "givenName", "surname", "jobTitle", "department", "manager", "userType", "accountEnabled", "invitationState", "createdDateTime", "lastSignIn", "id"],
  assignments: ["user", "package", "policy", "start", "end"],
};
export const NEEDED = { people: ["userPrincipalName"], assignments: ["user", "package"] };
const OTHER_NAMES = { objectid: "id" };

const IN_TEMPLATE = {
  people: ["userPrincipalName", "displayName", "mail", "jobTitle", "department", "manager", "lastSignIn"],
  assignments: COLUMNS.assignments,
};

const cell = (value) => (/[",\n]|^[=+\-@\t\r]/.test(value) ? `"${/^[=+\-@\t\r]/.test(value) ? "'" : ""}${value.replaceAll('"', '""')}"` : value);

/** Rows of cells as CSV; what a spreadsheet would take for a formula is kept from being one. */
export const written = (rows) => rows.map((row) => row.map((one) => cell(String(one))).join(",")).join("\r\n") + "\r\n";

/** Give the browser a CSV file to keep. */
export function keep(name, rows) {
  const url = URL.createObjectURL(new Blob(["\ufeff", written(rows)], { type: "text/csv;charset=utf-8" }));
  const link = Object.assign(document.createElement("a"), { href: url, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

/** A file to fill in, with rows that show how. */
export function keepTemplate(kind) {
  const rows = t(`imports.example-${kind}`).split("\n").map((row) => row.split(","));
  keep(`${kind}.csv`, [IN_TEMPLATE[kind], ...rows]);
}

/** What one sees of a file before it is sent: its columns, those the import takes, those that are missing, its rows. */
export async function headOf(file, kind) {
  const text = (await file.text()).replace(/^\ufeff/, "");
  const lines = text.split(/\r\n|\r|\n/).filter((line) => line.trim());
  const first = lines[0] || "";
  const delimiter = first.split(";").length > first.split(",").length ? ";" : ",";
  const known = new Map(COLUMNS[kind].map((name) => [name.toLowerCase(), name]));
  const columns = first.split(delimiter).map((name) => {
    const bare = name.replace(/^\s*"?|"?\s*$/g, "").replaceAll(" ", "").toLowerCase();
    return { name: name.replace(/^\s*"?|"?\s*$/g, ""), taken: known.get(OTHER_NAMES[bare] || bare) || null };
  });
  const found = columns.map((one) => one.taken);
  return { columns, missing: NEEDED[kind].filter((name) => !found.includes(name)), rows: Math.max(lines.length - 1, 0) };
}

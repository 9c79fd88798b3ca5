// What a task says: its sentence, who has it, how it stands.
import { longDay } from "../lib/dates.js";
import { t } from "../lib/texts.js";

export const TASKS = "/api/v1/tasks";

export const personOf = (task) => task.person.displayName || t("tasks.gone");
export const systemOf = (task) => task.connector.displayName || task.connector.id;

/** The task as one sentence: "Take Operator of Warehouse scanners away from Ann". */
export const sentence = (task) => t(`tasks.${task.operation}`, { role: task.resource.role, resource: task.resource.displayName, person: personOf(task) });

/** Who has it: somebody, the members of a group, the owners of a catalog. */
export function holder({ assignedTo }) {
  const name = assignedTo.displayName || t("tasks.gone");
  if (assignedTo.kind === "group") return t("tasks.members", { name });
  return assignedTo.kind === "catalogOwners" ? t("tasks.owners", { name }) : name;
}

/** Tone and icon of each state. */
export const LOOKS = { open: ["plain", "circle-dot"], done: ["approve", "check"], verified: ["approve", "shield-check"], notDone: ["deny", "ban"], cancelled: ["plain", "undo-2"] };

/** How it ended, as a sentence. */
export const over = (task) => t(`tasks.over_${task.state}`, { name: task.endedBy?.displayName || t("tasks.gone"), day: longDay(task.endedDateTime) });

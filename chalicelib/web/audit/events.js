// An audit event in words: which sentence tells it, whom and what it names, and what changed.
import { has, t } from "../lib/texts.js";

/** "Approve decision" is told by the text `approveDecision`. */
const keyOf = (activity) => activity.toLowerCase().replaceAll("'", "").replace(/[^a-z]+(.)?/g, (_, letter = "") => letter.toUpperCase());

/** Kinds of events, as the filter offers them: the activities of each by their names in the log. */
export const KINDS = {
  decisions: ["Approve decision", "Deny decision", "Don't know decision", "Reset decision", "Bulk Approve decisions", "Bulk Deny decisions",
    "Bulk mark decisions as don't know", "Bulk Reset decisions", "Accept recommendations"],
  reviews: ["Create access review instance", "Access review ended", "Auto review", "Stop access review", "Extend access review", "Send reminder",
    "Access review failed", "Retry access review", "Missed access review",
    "Access review waits for data", "Open access review on old data", "Compare access review with target"],
  reviewers: ["Hand over review", "Take back review", "Name delegate", "Dismiss delegate", "Pass on unreachable reviewer", "Reviewer can be reached again"],
  settings: ["Create access review", "Update access review", "Delete access review", "Create access package assignment policy",
    "Update access package assignment policy", "Delete access package assignment policy"],
  removals: ["Apply decision", "Decline removals", "Confirmation lapsed", "Hold removal", "Restore access", "Lift denial", "Apply review", "Auto apply review",
    "Removal verified", "Removal needs a person", "Settle removal", "Retry removal", "Re-grant seen", "Remove access package assignment", "Remove resource assignment"],
  access: ["Administrator directly assigns user to access package", "Administrator directly removes user access package assignment",
    "Update access package assignment", "Cancel access package assignment request", "Delete access package assignment request",
    "Reprocess access package assignment", "Add resource assignment", "Fulfill access package assignment request",
    "Partially fulfill access package assignment request", "Failed to fulfill access package assignment request",
    "Adopt access package assignment", "Adopt access - started (bulk)", "Adopt access - finished (bulk)"],
  packages: ["Create catalog", "Update catalog", "Delete catalog", "Create access package", "Update access package", "Delete access package",
    "Add resource to catalog", "Update resource of catalog", "Remove resource from catalog", "Add resource role to access package", "Remove resource role from access package",
    "Create incompatible access package", "Delete incompatible access package", "Create incompatible group", "Delete incompatible group"],
  people: ["Add user", "Update user", "Delete user", "Hard Delete user", "Add group", "Update group", "Delete group", "Add member to group", "Add role assignment", "Remove role assignment",
    "Import users - started (bulk)", "Import users - finished (bulk)", "Import assignments - started (bulk)", "Import assignments - finished (bulk)"],
  evidence: ["Seal decisions", "Seal removals", "Seal addendum", "Seal sign-off", "Record exception disposition", "Sign off access review", "Export evidence"],
  connectors: ["Add connection", "Update connection", "Delete connection", "Receive callback", "Add task", "Complete task", "Refuse task",
    "Reassign task", "Cancel task"],
  other: ["Update mail settings", "Export audit logs", "Create access review history definition", "Run access review history definition",
    "Add data source", "Update data source", "Data source stale", "Data source recovered", "Stop mailing address", "Mail address again",
    "Add provisioning client", "Rotate provisioning client token", "Delete provisioning client"],
};

const ICONS = {
  decisions: "square-check", reviews: "clipboard-check", reviewers: "forward", settings: "sliders-horizontal", removals: "user-x",
  access: "key-round", packages: "package", people: "users", connectors: "link", evidence: "shield-check", other: "settings",
};
const FACES = { "Approve decision": "circle-check", "Deny decision": "circle-x", "Don't know decision": "circle-question-mark", "Access review failed": "circle-alert", "Missed access review": "circle-alert" };
const TONES = { "Approve decision": "approve", "Deny decision": "deny", "Don't know decision": "unsure", "Access review failed": "deny", "Missed access review": "unsure", "Failed to fulfill access package assignment request": "deny" };

const kindOf = (activity) => Object.keys(KINDS).find((kind) => KINDS[kind].includes(activity)) || "other";

/** The icon and tone of an event. */
export const face = (event) => ({
  icon: FACES[event.activityDisplayName] || ICONS[kindOf(event.activityDisplayName)],
  tone: TONES[event.activityDisplayName] || "plain",
});

/** The event's details by name. */
const detailsOf = (event) => Object.fromEntries(event.additionalDetails.map((one) => [one.key, one.value]));

/** Who acted: `{id, name}`; the product itself has no id. */
export function actorOf(event) {
  const { user, app } = event.initiatedBy;
  return user ? { id: user.id, name: user.displayName || t("audit.someoneGone") } : { id: "", name: app.displayName };
}

/** Words for an id: its name, or that whoever it was is gone. */
export const named = (event, id) => event.names[id] || t("audit.gone");

/** The sentence as text with `{who}`, `{target}` and so on still in it, and what stands for them. */
export function sentence(event) {
  const [target, about] = event.targetResources;
  const details = detailsOf(event);
  const actor = actorOf(event);
  const usual = `audit.do-${keyOf(event.activityDisplayName)}`;
  const key = about && about.id === actor.id && has(`${usual}Own`) ? `${usual}Own` : usual;
  const scope = (details.scope || "").split(":")[1];
  return {
    text: has(key) ? t(key) : t("audit.do-anything", { what: event.activityDisplayName }),
    names: {
      who: actor.name,
      whom: event.onBehalfOf?.displayName || t("audit.someoneGone"),
      target: target.displayName || t("audit.gone"),
      person: about?.displayName || (target.type === "User" && target.displayName) || t("audit.someoneGone"),
      to: details.to ? named(event, details.to) : "",
      from: details.from ? named(event, details.from) : "",
      member: details.memberId ? named(event, details.memberId) : "",
      other: named(event, details.accessPackage || details.group),
      resource: details.resource ? named(event, details.resource) : target.displayName || t("audit.gone"),
      role: details.role && has(`audit.role-${details.role}`) ? t(`audit.role-${details.role}`) : details.role || "",
      scope: scope ? t("audit.of", { name: named(event, scope) }) : t("audit.everywhere"),
      report: details.displayName || "",
      source: details.source || target.displayName || target.id,
      system: details.displayName || details.connection || target.id,
      rows: details.rows || "",
      total: details.total || "",
      items: details.items || "",
      reviewers: details.reviewers || "",
      removed: details.removed || "",
    },
  };
}

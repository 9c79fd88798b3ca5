// "/tasks/{id}": one change to make by hand: what, for whom, where, how, and how it ended.
import { Button, Icon, Skeleton, Tag, When } from "../kit/base.js";
import { TextArea } from "../kit/fields.js";
import { Facts, PageHead, Section } from "../kit/layout.js";
import { Empty, ErrorNote, explained, Notice } from "../kit/telling.js";
import { longDay } from "../lib/dates.js";
import { useGet } from "../lib/hooks.js";
import { html, useState } from "../lib/html.js";
import { t } from "../lib/texts.js";
import { CannotBeDone, GiveAway, sayDone, useAct } from "./acting.js";
import { Due } from "./list.js";
import { holder, LOOKS, over, personOf, sentence, systemOf, TASKS } from "./words.js";

export default function OneTask({ id }) {
  const { data, error, reload } = useGet(`${TASKS}/${encodeURIComponent(id)}`);
  const [after, setAfter] = useState(null);
  const crumbs = [{ label: t("tasks.title"), href: "/tasks" }];
  if (error?.status === 404) return html`<div class="page page-tasks"><h1 class="unseen">${t("tasks.missing")}</h1><${Empty} icon="hand" title=${t("tasks.missing")}
    action=${html`<${Button} href="/tasks">${t("tasks.toTasks")}<//>`}>${t("tasks.missingWhy")}<//></div>`;
  if (error) return html`<div class="page page-tasks"><${PageHead} crumbs=${crumbs} title=${t("tasks.one")} /><${ErrorNote} error=${error} retry=${reload} /></div>`;
  if (!data) return html`<div class="page page-tasks" aria-busy="true"><${Skeleton} lines=${5} /></div>`;
  const task = after || data;
  return html`<div class="page page-tasks"><${PageHead} crumbs=${crumbs} title=${sentence(task)}>
      <p>${task.state === "open" ? html`<${Due} task=${task} />` : html`<${Ended} task=${task} />`}</p><//>
    <div class="one-task"><div class="one-task-main">
      <${Section} title=${t("tasks.how")}>${task.instructions
        ? html`<p class="task-how prose">${task.instructions}</p>` : html`<p class="muted prose">${t("tasks.howNone", { system: systemOf(task) })}</p>`}<//>
      ${task.state === "open" && task.canAct && html`<${Answer} task=${task} changed=${setAfter} />`}
    </div>
    <aside aria-labelledby="task-about"><h2 id="task-about" class="one-task-about">${t("tasks.about")}</h2><${Facts} rows=${facts(task)} /></aside></div>
  </div>`;
}

const facts = (task) => [
  [t("tasks.person"), html`<span class="breakable">${personOf(task)}${task.person.userPrincipalName && html`<br /><span class="muted">${task.person.userPrincipalName}</span>`}</span>`],
  [t("tasks.role"), task.resource.role],
  [t("tasks.resource"), task.resource.displayName],
  [t("tasks.origin"), task.resource.originId !== task.resource.displayName && html`<code class="breakable">${task.resource.originId}</code>`],
  [t("tasks.connection"), systemOf(task)],
  [t("tasks.assigned"), holder(task)],
  [t("tasks.since"), html`<${When} at=${task.createdDateTime}>${longDay(task.createdDateTime)}<//>`],
];

function Ended({ task }) {
  const [tone, icon] = LOOKS[task.state];
  return html`<${Tag} tone=${tone} icon=${icon}>${t(`tasks.state_${task.state}`)}<//> <span class="muted">${over(task)}${task.note && html` “${task.note}”`}</span>`;
}

/** Saying that it is done, with a note if one likes; or that it cannot be. */
function Answer({ task, changed }) {
  const [note, setNote] = useState("");
  const [open, setOpen] = useState("");
  const act = useAct(changed);
  const shut = () => setOpen("");
  const ended = (after) => (shut(), changed(after));
  return html`<section class="task-answer" aria-label=${t("tasks.sayDone")}>
    <${TextArea} label=${t("tasks.doneNote")} help=${t("tasks.doneNoteHelp")} rows=${2} value=${note} onInput=${setNote} maxlength="500" />
    ${act.error && html`<${Notice} tone="deny">${explained(act.error)}<//>`}
    <div class="row"><${Button} kind="primary" icon="check" busy=${act.busy} onClick=${() => sayDone(act, task, note)}>${t("tasks.sayDone")}<//>
      <${Button} icon="ban" onClick=${() => setOpen("cannot")}>${t("tasks.cannot")}<//>
      <${Button} kind="quiet" icon="forward" onClick=${() => setOpen("give")}>${t("tasks.give")}<//></div>
    <p class="small muted task-word"><${Icon} name=${task.seenBy ? "eye" : "info"} size=${14} /> ${t(task.seenBy ? "tasks.seen" : "tasks.notSeen")}</p>
    ${open === "cannot" && html`<${CannotBeDone} task=${task} close=${shut} ended=${ended} />`}
    ${open === "give" && html`<${GiveAway} task=${task} close=${shut} ended=${ended} />`}
  </section>`;
}

// "/tasks": what somebody has to do by hand, the next one first; everybody's for those who see everything.
import { Button, Icon, Skeleton, Tag, When } from "../kit/base.js";
import { Select } from "../kit/fields.js";
import { Menu } from "../kit/floating.js";
import { Chip, PageHead, Tabs } from "../kit/layout.js";
import { Empty, ErrorNote, explained, Notice } from "../kit/telling.js";
import { briefDay } from "../lib/dates.js";
import { useGet, usePages } from "../lib/hooks.js";
import { html, useState } from "../lib/html.js";
import { useMe } from "../lib/me.js";
import { Link, setQuery, useQuery } from "../lib/router.js";
import { t } from "../lib/texts.js";
import { CannotBeDone, GiveAway, sayDone, useAct } from "./acting.js";
import { holder, LOOKS, over, sentence, systemOf, TASKS } from "./words.js";

const pathOf = ({ of, ended, overdue, system }) => {
  const asked = { scope: of === "all" && "all", ended: ended && "true", overdue: of === "all" && !ended && overdue && "true", connector: of === "all" && system };
  const query = new URLSearchParams(Object.entries(asked).filter(([, value]) => value));
  return `${TASKS}${query.size ? `?${query}` : ""}`;
};

export default function Tasks() {
  const me = useMe();
  const query = useQuery();
  const { of = "mine", ended } = query;
  const list = usePages(pathOf(query));
  const [over, setOver] = useState({}); // what was said on this page, by task
  const rows = list.rows.map((one) => over[one.id] || one);
  const tabs = [
    { id: "mine", label: t("tasks.mine"), href: "/tasks" },
    me.reads && (me.administrator || me.auditor) && { id: "all", label: t("tasks.all"), href: "/tasks?of=all" },
    { id: "ended", label: t("tasks.ended"), href: of === "all" ? "/tasks?of=all&ended=yes" : "/tasks?ended=yes" },
  ];
  const empty = ended ? "noneEnded" : query.overdue ? "noneLate" : of === "all" ? "noneAll" : "none";
  return html`<div class="page page-tasks">
    <${PageHead} title=${t(of === "all" ? "tasks.titleAll" : "tasks.title")} lede=${t("tasks.lede")} />
    <${Tabs} label=${t("tasks.which")} current=${ended ? "ended" : of} tabs=${tabs} />
    ${of === "all" && html`<${Filters} query=${query} />`}
    ${list.error && html`<${ErrorNote} error=${list.error} retry=${list.reload} />`}
    ${list.loading && !rows.length && html`<${Skeleton} rows=${5} height=${76} />`}
    ${!list.loading && !list.error && !rows.length && html`<${Empty} icon="hand" title=${t(`tasks.${empty}`)}>${empty === "none" && t("tasks.noneWhy")}<//>`}
    <ul class="tasks">${rows.map((one) => html`<${Row} key=${one.id} task=${one} all=${of === "all"} changed=${(task) => setOver((all) => ({ ...all, [task.id]: task }))} />`)}</ul>
    ${list.more && html`<p class="table-more"><${Button} busy=${list.loading} onClick=${list.next}>${t("kit.more")}<//></p>`}
  </div>`;
}

function Filters({ query }) {
  const { data } = useGet("/api/v1/connectors");
  const hands = (data?.value || []).filter((one) => one.kind === "manual");
  return html`<div class="tasks-filters row">
    ${!query.ended && html`<${Chip} on=${Boolean(query.overdue)} onClick=${() => setQuery({ overdue: query.overdue ? "" : "yes" })}>${t("tasks.overdueOnly")}<//>`}
    ${hands.length > 1 && html`<${Select} label=${t("tasks.system")} hideLabel value=${query.system || ""} onChange=${(system) => setQuery({ system })}
      options=${[{ value: "", label: t("tasks.anySystem") }, ...hands.map((one) => ({ value: one.name, label: one.displayName }))]} />`}
  </div>`;
}

function Row({ task, all, changed }) {
  const [open, setOpen] = useState("");
  const act = useAct(changed);
  const shut = () => setOpen("");
  const ended = (after) => (shut(), changed(after));
  const [tone, icon] = LOOKS[task.state];
  return html`<li class=${`task task-${task.operation}${task.state === "open" ? "" : " task-over"}`}>
    <span class="task-icon" aria-hidden="true"><${Icon} name=${task.operation === "grant" ? "user-plus" : "user-x"} size=${20} /></span>
    <div class="task-words">
      <h2 class="task-title"><${Link} href="/tasks/${task.id}" class="todo-link">${sentence(task)}<//></h2>
      <p class="muted small">${t("tasks.inSystem", { system: systemOf(task) })}${all && html` · ${t("tasks.given", { name: holder(task) })}`}</p>
      ${task.state !== "open" && html`<p class="small muted">${over(task)}${task.note && html` “${task.note}”`}</p>`}
    </div>
    <p class="task-when">${task.state === "open" ? html`<${Due} task=${task} />` : html`<${Tag} tone=${tone} icon=${icon}>${t(`tasks.state_${task.state}`)}<//>`}</p>
    <div class="task-act">${task.canAct && task.state === "open" && html`
      <${Button} icon="check" busy=${act.busy} onClick=${() => sayDone(act, task)}>${t("tasks.done")}<//>
      <${Menu} label=${t("tasks.actions")} kind="quiet" items=${[{ label: t("tasks.cannot"), icon: "ban", act: () => setOpen("cannot") }, { label: t("tasks.give"), icon: "forward", act: () => setOpen("give") }]} />`}</div>
    ${act.error && html`<div class="task-error"><${Notice} tone="deny">${explained(act.error)}<//></div>`}
    ${open === "cannot" && html`<${CannotBeDone} task=${task} close=${shut} ended=${ended} />`}
    ${open === "give" && html`<${GiveAway} task=${task} close=${shut} ended=${ended} />`}
  </li>`;
}

/** Until when, loud once it is late. */
export const Due = ({ task }) => task.overdue
  ? html`<${Tag} tone="deny" icon="clock-alert"><${When} at=${task.dueDateTime}>${t("tasks.wasDue", { day: briefDay(task.dueDateTime) })}<//><//>`
  : html`<span class="muted"><${When} at=${task.dueDateTime}>${t("tasks.due", { day: briefDay(task.dueDateTime) })}<//></span>`;

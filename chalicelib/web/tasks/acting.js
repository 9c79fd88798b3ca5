// Saying what became of a task: done, cannot be done, or somebody else does it. `ended(task)` has the task as it is then.
import { Button } from "../kit/base.js";
import { PersonPicker, TextArea } from "../kit/fields.js";
import { Dialog } from "../kit/floating.js";
import { explained, Notice, toast } from "../kit/telling.js";
import { post } from "../lib/api.js";
import { html, useState } from "../lib/html.js";
import { t } from "../lib/texts.js";
import { sentence, TASKS } from "./words.js";

/** What the window hears when somebody has said something about a task: the menu counts anew. */
const CHANGED = "tasks-changed";

/** `{busy, error, go}` of one call about a task. */
export function useAct(ended) {
  const [state, setState] = useState({ busy: false, error: null });
  const go = async (task, what, body, words) => {
    setState({ busy: true, error: null });
    try {
      const after = await post(`${TASKS}/${task.id}/${what}`, body);
      toast(words);
      setState({ busy: false, error: null });
      ended(after);
      dispatchEvent(new Event(CHANGED));
    } catch (error) {
      setState({ busy: false, error });
    }
  };
  return { ...state, go };
}

/** Noting that it is done, at once. */
export const sayDone = (act, task, note = "") => act.go(task, "done", { note }, t("tasks.saidDone", { what: sentence(task) }));

export function CannotBeDone({ task, close, ended }) {
  const [reason, setReason] = useState("");
  const act = useAct(ended);
  const go = () => act.go(task, "not-done", { reason }, t("tasks.saidCannot"));
  const foot = html`<${Button} onClick=${close}>${t("kit.cancel")}<//><${Button} kind="primary" busy=${act.busy} disabled=${!reason.trim()} onClick=${go}>${t("tasks.sayCannot")}<//>`;
  return html`<${Dialog} title=${t("tasks.cannotTitle")} close=${close} foot=${foot}><div class="stack">
    <p class="strong">${sentence(task)}</p>
    <${TextArea} label=${t("tasks.cannotReason")} help=${t("tasks.cannotHelp")} value=${reason} onInput=${setReason} maxlength="500" />
    ${act.error && html`<${Notice} tone="deny">${explained(act.error)}<//>`}</div><//>`;
}

export function GiveAway({ task, close, ended }) {
  const [person, setPerson] = useState(null);
  const act = useAct(ended);
  const go = () => act.go(task, "reassign", { personId: person.id }, t("tasks.givenNow", { name: person.displayName }));
  const foot = html`<${Button} onClick=${close}>${t("kit.cancel")}<//><${Button} kind="primary" busy=${act.busy} disabled=${!person} onClick=${go}>${t("tasks.giveNow")}<//>`;
  return html`<${Dialog} title=${t("tasks.give")} close=${close} foot=${foot}><div class="stack task-give">
    <p class="strong">${sentence(task)}</p>
    <${PersonPicker} label=${t("tasks.giveTo")} value=${person} onChange=${setPerson} autofocus />
    ${act.error && html`<${Notice} tone="deny">${explained(act.error)}<//>`}</div><//>`;
}

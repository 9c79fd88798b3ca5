// Giving back what a review took: what that does and until when it can be done, or why it cannot.
import { Button, Skeleton } from "../kit/base.js";
import { TextArea } from "../kit/fields.js";
import { Confirm, Dialog } from "../kit/floating.js";
import { ErrorNote, Notice, toast } from "../kit/telling.js";
import { post } from "../lib/api.js";
import { day, until } from "../lib/dates.js";
import { useGet } from "../lib/hooks.js";
import { html, useState } from "../lib/html.js";
import { t } from "../lib/texts.js";
import { LONGEST } from "./answers.js";

/** A button that asks about one removal; `item` is a decision item's id. `done` runs after the access is back. */
export function Restore({ review, item, done }) {
  const [open, setOpen] = useState(false);
  const close = (did) => (setOpen(false), did && done());
  return html`<${Button} small icon="undo-2" aria-haspopup="dialog" onClick=${() => setOpen(true)}>${t("guards.restore")}<//>
    ${open && html`<${AskRestore} address="/api/v1/reviews/${review}/items/${item}/restore" close=${close} />`}`;
}

export function AskRestore({ address, close }) {
  const { data: found, error, reload } = useGet(address);
  const [reason, setReason] = useState("");
  const shut = html`<${Button} onClick=${() => close(false)}>${t("kit.close")}<//>`;
  if (!found) return html`<${Dialog} title=${t("guards.restore")} close=${() => close(false)} foot=${shut}>${error ? html`<${ErrorNote} error=${error} retry=${reload} />` : html`<${Skeleton} lines=${3} />`}<//>`;
  const name = found.principal.displayName;
  const title = t("guards.restoreTitle", { name, package: found.accessPackage.displayName });
  if (!found.restorable) return html`<${Dialog} title=${title} close=${() => close(false)} foot=${shut}><${Notice} tone="unsure">${found.message}<//><//>`;
  const act = async () => {
    await post(address, { reason: reason.trim() });
    toast(t("guards.restored", { name }));
  };
  return html`<${Confirm} title=${title} label=${t("guards.restoreDo")} act=${act} close=${close} disabled=${!reason.trim()}>
    <p class="consequence">${t("guards.restoreWords", { name, package: found.accessPackage.displayName })}${" "}${found.endDateTime ? t("guards.restoreEnds", { day: day(found.endDateTime) }) : t("guards.restoreNoEnd")}</p>
    <p>${told(found)}</p>
    ${found.restorableUntilDateTime && html`<p class="muted small">${t("guards.restorable", { until: until(found.restorableUntilDateTime) })}</p>`}
    <${TextArea} label=${t("guards.why")} help=${t("guards.restoreHelp")} maxlength=${LONGEST} value=${reason} onInput=${setReason} />
  <//>`;
}

const told = ({ denied }) => denied.byRule ? t("guards.restoreTellsOne") : t("guards.restoreTells", { name: denied.reviewedBy?.displayName || t("guards.somebody") });

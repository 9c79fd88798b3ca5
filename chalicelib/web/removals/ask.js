// Before something is done about a removal: what that means, and afterwards what happened.
import { Choice, TextArea } from "../kit/fields.js";
import { Confirm } from "../kit/floating.js";
import { explained, toast } from "../kit/telling.js";
import { post } from "../lib/api.js";
import { html, useState } from "../lib/html.js";
import { navigate } from "../lib/router.js";
import { t } from "../lib/texts.js";

const LONGEST = 500;
const pathOf = (row) => `/api/v1/reviews/${row.reviewId}/removals/${row.id}`;

/** Have it tried again at once. */
export async function tryAgain(row, reload) {
  try {
    await post(`${pathOf(row)}/retry`);
    toast(t("removals.retried"));
    reload();
  } catch (problem) {
    toast(explained(problem), { tone: "deny" });
  }
}

/** Say what became of it: ended by hand elsewhere, or kept. Of an access that came back: it may stay. */
export function AskSettle({ row, close }) {
  const back = row.needs === "regranted";
  const [how, setHow] = useState(back ? "kept" : "removed");
  const [reason, setReason] = useState("");
  const act = async () => {
    await post(`${pathOf(row)}/settle`, { how, reason });
    toast(t("removals.settled"));
  };
  const name = row.principal.displayName;
  const options = ["removed", "kept"].map((one) => ({ value: one, label: t(`removals.how-${one}`), help: t(`removals.how-${one}-help`) }));
  return html`<${Confirm} title=${t(back ? "removals.stayTitle" : "removals.settleTitle", { name })} label=${t("removals.settleDo")} act=${act} close=${close} disabled=${!reason.trim()}>
    ${back ? html`<p>${t("removals.stayWords")}</p>` : html`<${Choice} legend=${t("removals.how")} value=${how} options=${options} onChange=${setHow} />`}
    <${TextArea} label=${t("removals.reason")} help=${t("removals.reasonHelp")} value=${reason} onInput=${setReason} maxlength=${LONGEST} />
  <//>`;
}

/** Review the access that came back. */
export function AskReview({ row, close }) {
  const outside = row.regrants.at(-1).where === "outside";
  const act = async () => {
    const series = await post(`${pathOf(row)}/review`);
    toast(t("removals.reviewBegun"));
    navigate(`/admin/series/${series.id}`);
  };
  return html`<${Confirm} title=${t("removals.reviewTitle", { name: row.principal.displayName })} label=${t("removals.reviewDo")} act=${act} close=${close}>
    <p>${t("removals.reviewWords")}</p>
    ${outside && html`<p>${t("removals.reviewAdopts", { package: row.accessPackageName })}</p>`}
  <//>`;
}

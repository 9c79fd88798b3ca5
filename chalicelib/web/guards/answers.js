// The answers to removals that wait, each with its consequence in numbers: confirm them, or remove nobody.
import { TextArea } from "../kit/fields.js";
import { Confirm } from "../kit/floating.js";
import { toast } from "../kit/telling.js";
import { post } from "../lib/api.js";
import { html, useState } from "../lib/html.js";
import { navigate } from "../lib/router.js";
import { list, t } from "../lib/texts.js";

const NAMED = 5;
export const LONGEST = 500;

/** Confirm the removals, but for those who are left out; they need a reason. */
export function AskConfirm({ review, summary, kept, close }) {
  const [reason, setReason] = useState("");
  const losing = summary.removals - kept.size;
  const act = async () => {
    await post(`/api/v1/reviews/${review.id}/confirm-removals`, { except: [...kept.keys()], reason: reason.trim() });
    toast(t("guards.confirmed", { count: losing }));
    navigate(`/admin/reviews/${review.id}`);
  };
  return html`<${Confirm} title=${t("guards.confirmTitle", { count: losing })} label=${t("guards.confirm", { count: losing })} danger act=${act} close=${close} disabled=${kept.size > 0 && !reason.trim()}>
    <p class="consequence">${t("guards.confirmWords", { count: losing, package: review.accessPackage.displayName })}</p>
    <p>${t("guards.confirmMore")}</p>
    ${kept.size > 0 && html`<p>${t("guards.keepNames", { count: kept.size, names: named([...kept.values()]) })}</p>
      <${TextArea} label=${t("guards.whyKept")} help=${t("guards.whyHelp")} maxlength=${LONGEST} value=${reason} onInput=${setReason} />`}
  <//>`;
}

/** Remove nobody. */
export function AskDecline({ review, summary, close }) {
  const [reason, setReason] = useState("");
  const act = async () => {
    await post(`/api/v1/reviews/${review.id}/decline-removals`, { reason: reason.trim() });
    toast(t("guards.declined"));
    navigate(`/admin/reviews/${review.id}`);
  };
  return html`<${Confirm} title=${t("guards.declineTitle")} label=${t("guards.declineDo")} act=${act} close=${close} disabled=${!reason.trim()}>
    <p class="consequence">${t("guards.declineWords", { count: summary.removals, package: review.accessPackage.displayName })}</p>
    <p>${t("guards.declineMore")}</p>
    <${TextArea} label=${t("guards.why")} help=${t("guards.whyHelp")} maxlength=${LONGEST} value=${reason} onInput=${setReason} />
  <//>`;
}

function named(names) {
  const rest = names.length - NAMED;
  return list(rest > 0 ? [...names.slice(0, NAMED), t("guards.more", { count: rest })] : names);
}

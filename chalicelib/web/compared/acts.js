// Settling a difference: assign a member (into the next review), deliver an assignment again, or end it.
import { Button } from "../kit/base.js";
import { Confirm } from "../kit/floating.js";
import { explained, toast } from "../kit/telling.js";
import { post } from "../lib/api.js";
import { html, useState } from "../lib/html.js";
import { useMe } from "../lib/me.js";
import { t } from "../lib/texts.js";

const EM = "/v1.0/identityGovernance/entitlementManagement";
const SOON = 2_000; // until the list is read again: the work goes on behind the answer

export function Acts({ row, name, review, targets, done }) {
  const me = useMe();
  const [busy, setBusy] = useState(false);
  const [asking, ask] = useState(false);
  if (row.settled) return null;
  const act = async (path, body, told) => {
    setBusy(true);
    try {
      await post(path, body);
      toast(t(told, { name }));
      setTimeout(done, SOON);
    } catch (problem) {
      toast(explained(problem), { tone: "deny" });
    }
    setBusy(false);
  };
  if (row.difference === "missing") {
    if (!me.administrator || targets.length > 1) return null;
    const target = targets[row.target];
    const body = {
      connection: target.connection.name,
      groups: [{ originId: target.resource.originId }],
      members: [row.member.key],
      assignmentPolicyId: review.assignmentPolicy.id,
      createPeople: !row.person,
    };
    return html`<${Button} small busy=${busy} onClick=${() => act("/api/v1/adoptions", body, "compared.assigning")} aria-label=${t("compared.assignNamed", { name })}>${t("compared.assign")}<//>`;
  }
  if (!(me.administrator || me.assigns) || !row.assignment) return null;
  const end = () => post(`${EM}/assignmentRequests`, { requestType: "adminRemove", assignment: { id: row.assignment.id } });
  return html`<span class="row compared-acts">
    <${Button} small busy=${busy} onClick=${() => act(`${EM}/assignments/${row.assignment.id}/reprocess`, {}, "compared.delivering")} aria-label=${t("compared.deliverNamed", { name })}>${t("compared.deliver")}<//>
    <${Button} small kind="quiet" onClick=${() => ask(true)} aria-label=${t("compared.endNamed", { name })} aria-haspopup="dialog">${t("compared.end")}<//>
    ${asking && html`<${Confirm} danger title=${t("compared.endTitle", { name })} label=${t("compared.end")} act=${end}
      close=${(did) => (ask(false), did && (toast(t("compared.ended", { name })), done()))}>${t("compared.endWhy")}<//>`}
  </span>`;
}

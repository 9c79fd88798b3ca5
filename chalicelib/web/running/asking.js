// Before a review is changed: what that does, in numbers, and afterwards what happened.
import { Check, TextInput } from "../kit/fields.js";
import { Confirm } from "../kit/floating.js";
import { toast } from "../kit/telling.js";
import { del, post } from "../lib/api.js";
import { html, useState } from "../lib/html.js";
import { navigate } from "../lib/router.js";
import { t } from "../lib/texts.js";
import { graphPath } from "../overview/remind.js";

const USUAL_DAYS = 14;
const LONGEST = 364;

/** Throw all decisions away. */
export function AskReset({ review, told, close }) {
  const [sure, setSure] = useState(false);
  const act = async () => {
    await post(`${graphPath(review)}/resetDecisions`);
    toast(t("running.wasReset", { count: told.decisions }));
  };
  return html`<${Confirm} title=${t("running.resetTitle")} label=${t("running.resetDo")} danger act=${act} close=${close} disabled=${!sure}>
    <p class="consequence">${t("running.resetWords", { count: told.decisions })}</p>
    <p>${t("running.resetMore", { count: review.reviewers.total })}</p>
    <${Check} label=${t("running.resetSure", { count: told.decisions })} checked=${sure} onChange=${setSure} />
  <//>`;
}

/** Let a failed review go on. */
export function AskRetry({ review, told, close }) {
  const act = async () => {
    await post(`/api/v1/reviews/${review.id}/retry`);
    toast(t("running.retried"));
  };
  return html`<${Confirm} title=${t("running.retryTitle")} label=${t("running.retryDo")} act=${act} close=${close}>
    <p>${t("running.retryWords", { where: t(`overview.status-${told.during}`) })}</p>
    <p>${t("running.retryMore")}</p>
  <//>`;
}

/** Review again those who were left undecided. */
export function AskFollowUp({ review, told, close }) {
  const [days, setDays] = useState(String(USUAL_DAYS));
  const fits = /^\d+$/.test(days) && Number(days) >= 1 && Number(days) <= LONGEST;
  const act = async () => {
    const series = await post(`/api/v1/reviews/${review.id}/follow-up`, { durationInDays: Number(days), reviewers: [] });
    toast(t("running.followed", { count: told.people }));
    navigate(`/admin/series/${series.id}`);
  };
  return html`<${Confirm} title=${t("running.followTitle", { count: told.people })} label=${t("running.followDo")} act=${act} close=${close} disabled=${!fits}>
    <p>${t("running.followWords", { count: told.people })}</p>
    <${TextInput} type="number" min="1" max=${LONGEST} inputmode="numeric" label=${t("running.followDays")} value=${days} onInput=${setDays}
      help=${t("running.followHelp")} error=${fits ? undefined : t("running.followWrong", { most: LONGEST })} />
  <//>`;
}

/** End the series and take it off every list. */
export function AskDelete({ review, told, close }) {
  const [sure, setSure] = useState(false);
  const act = async () => {
    await del(`/v1.0/identityGovernance/accessReviews/definitions/${review.definitionId}`);
    toast(t("running.deleted"));
    navigate("/admin/reviews");
  };
  return html`<${Confirm} title=${t("running.deleteTitle")} label=${t("running.deleteDo")} danger act=${act} close=${close} disabled=${!sure}>
    <p class="consequence">${t("running.deleteWords", { count: told.reviews })}</p>
    <ul class="bullets">
      ${told.stops && html`<li>${t("running.deleteStops", { count: review.counts.notReviewed })}</li>`}
      ${told.switchesOff && html`<li>${t("running.deleteOff", { policy: review.assignmentPolicy.displayName })}</li>`}
      <li>${t("running.deleteKept")}</li>
    </ul>
    <${Check} label=${t("running.deleteSure")} checked=${sure} onChange=${setSure} />
  <//>`;
}

// Remind everybody of a review who has something left: how many that is, then it is sent.
import { Button } from "../kit/base.js";
import { Confirm } from "../kit/floating.js";
import { ErrorNote, toast } from "../kit/telling.js";
import { post } from "../lib/api.js";
import { time } from "../lib/dates.js";
import { useGet } from "../lib/hooks.js";
import { html, useState } from "../lib/html.js";
import { t } from "../lib/texts.js";

export const graphPath = (review) => `/v1.0/identityGovernance/accessReviews/definitions/${review.definitionId}/instances/${review.id}`;

/** A button with its confirmation. `done` is called when the mails are on their way. */
export function Remind({ review, done }) {
  const [open, setOpen] = useState(false);
  return html`<${Button} small icon="bell" aria-haspopup="dialog" onClick=${() => setOpen(true)}>${t("overview.remind")}<//>
    ${open && html`<${AskRemind} review=${review} close=${(sent) => (setOpen(false), sent && done())} />`}`;
}

export function AskRemind({ review, close }) {
  const { data, error, reload } = useGet(`/api/v1/reviews/${review.id}/consequences`);
  const told = data?.remind;
  const act = async () => {
    await post(`${graphPath(review)}/sendReminder`);
    toast(t("overview.reminded", { count: told.reviewers }));
  };
  const possible = told && !told.notBefore && told.reviewers > 0;
  return html`<${Confirm} title=${t("overview.remindTitle")} label=${t("overview.remindSend")} act=${act} close=${close} disabled=${!possible}>
    ${error ? html`<${ErrorNote} error=${error} retry=${reload} />` : html`<p aria-busy=${data ? undefined : "true"}>${data ? words(told) : t("overview.counting")}</p>`}
  <//>`;
}

function words(told) {
  if (!told) return t("overview.remindOver");
  if (told.notBefore) return t("overview.remindLater", { time: time(told.notBefore) });
  return t(told.reviewers ? "overview.remindWords" : "overview.remindNobody", { count: told.reviewers });
}

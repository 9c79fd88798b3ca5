// Stop a review early: two ways, each with what it would do to whom.
import { Choice } from "../kit/fields.js";
import { Confirm } from "../kit/floating.js";
import { toast } from "../kit/telling.js";
import { post } from "../lib/api.js";
import { html, useState } from "../lib/html.js";
import { t } from "../lib/texts.js";

/** `told` is what `/consequences` says of stopping. */
export function AskStop({ review, told, close }) {
  const [unanswered, choose] = useState("keep");
  const differs = told.undecided > 0 && told.outcome !== "keepAccess";
  const lose = unanswered === "keep" ? told.denied : told.wouldLose;
  const act = async () => {
    await post(`/api/v1/reviews/${review.id}/stop`, { unanswered });
    toast(t("running.stopped"));
  };
  const options = [
    { value: "keep", label: t("running.stopKeep"), help: t("running.stopKeepWhy", { count: told.undecided }) },
    { value: "outcome", label: t(`running.stopBy-${told.outcome}`), help: t(told.wouldLose === null ? "running.stopManyWhy" : "running.stopOutcomeWhy", { count: told.wouldLose ?? 0 }) },
  ];
  return html`<${Confirm} title=${t("running.stopTitle")} label=${t("running.stopDo")} danger act=${act} close=${close}>
    <p>${t("running.stopWords", { count: told.undecided })}</p>
    ${differs ? html`<${Choice} legend=${t("running.stopChoice", { count: told.undecided })} value=${unanswered} options=${options} onChange=${choose} />`
      : told.undecided > 0 && html`<p>${t("running.stopAllKeep", { count: told.undecided })}</p>`}
    <p class="consequence">${lose === null ? t("running.loseUnknown") : t(unanswered === "keep" ? "running.loseDenied" : "running.loseUpTo", { count: lose })}</p>
  <//>`;
}

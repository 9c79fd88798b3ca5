// Adding a reviewer to a running review, and taking one off: the list of named reviewers as it shall be.
import { PersonPicker } from "../kit/fields.js";
import { Confirm } from "../kit/floating.js";
import { toast } from "../kit/telling.js";
import { get, patch } from "../lib/api.js";
import { html, useState } from "../lib/html.js";
import { t } from "../lib/texts.js";
import { graphPath } from "../overview/remind.js";

const scope = (id) => ({ query: `/users/${id}`, queryType: "MicrosoftGraph" });
const asGiven = (scopes) => scopes.map(({ query, queryType }) => ({ query, queryType }));

const without = (instance, reviewer) => instance.reviewers.filter((one) => !one.query.includes(reviewer.id));

/** Named reviewers are added to; where managers or owners review, a fallback for those who have none. */
export function AddReviewer({ review, instance, kind, close }) {
  const [person, choose] = useState(null);
  const member = kind === "specific" ? "reviewers" : "fallbackReviewers";
  const act = async () => {
    const latest = await get(graphPath(review)); // somebody may have edited them meanwhile
    await patch(graphPath(review), { [member]: [...asGiven(latest[member]), scope(person.id)] });
    toast(t("running.added", { name: person.displayName }));
  };
  const known = instance[member].map((one) => one.query.split("/").pop());
  return html`<${Confirm} title=${t(kind === "specific" ? "running.addReviewer" : "running.addFallback")} label=${t("running.addDo")} act=${act} close=${close} disabled=${!person}>
    <p>${t(kind === "specific" ? "running.addWords" : "running.addFallbackWords", { count: review.counts.notReviewed })}</p>
    <${PersonPicker} label=${t("running.whom")} value=${person} onChange=${choose} without=${known} autofocus />
  <//>`;
}

export function TakeOff({ review, instance, reviewer, close }) {
  const rest = without(instance, reviewer);
  const act = async () => {
    const latest = await get(graphPath(review));
    await patch(graphPath(review), { reviewers: asGiven(without(latest, reviewer)) });
    toast(t("running.takenOff", { name: reviewer.displayName }));
  };
  const { counts } = reviewer;
  const made = counts.approved + counts.denied + counts.dontKnow;
  return html`<${Confirm} title=${t("running.takeOffName", { name: reviewer.displayName })} label=${t("running.takeOffDo")} danger act=${act} close=${close} disabled=${!rest.length}>
    <p class="consequence">${t("running.takeOffWords", { count: counts.notReviewed })}</p>
    ${made > 0 && html`<p>${t("running.takeOffStands")}</p>`}
    ${!rest.length && html`<p>${t("running.takeOffLast")}</p>`}
  <//>`;
}

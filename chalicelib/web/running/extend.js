// More time for an open review: until when, and why; the reviewers are told.
import { TextArea, TextInput } from "../kit/fields.js";
import { Confirm } from "../kit/floating.js";
import { toast } from "../kit/telling.js";
import { post } from "../lib/api.js";
import { day, inputDay, moment } from "../lib/dates.js";
import { html, useState } from "../lib/html.js";
import { t } from "../lib/texts.js";

const DAY = 86_400_000;

/** The end keeps its time of day: `days` later than now planned, in whole days; the latest possible end at most. */
const later = (iso, days, latest) => new Date(Math.min(Date.parse(iso) + days * DAY, Date.parse(latest))).toISOString();

export function AskExtend({ review, told, close }) {
  const zone = review.timeZone;
  const first = inputDay(later(review.endDateTime, 1, told.latestEndDateTime), zone);
  const last = inputDay(told.latestEndDateTime, zone);
  const [until, setUntil] = useState(inputDay(later(review.endDateTime, 7, told.latestEndDateTime), zone));
  const [reason, setReason] = useState("");
  const days = Math.round((Date.parse(until) - Date.parse(inputDay(review.endDateTime, zone))) / DAY);
  const fits = until >= first && until <= last;
  const end = fits ? later(review.endDateTime, Math.max(days, 0), told.latestEndDateTime) : null;
  const act = async () => {
    await post(`/api/v1/reviews/${review.id}/extend`, { endDateTime: end, reason: reason.trim() });
    toast(t("running.extended", { day: day(end, zone), count: told.reviewers }));
  };
  return html`<${Confirm} title=${t("running.extendTitle")} label=${t("running.extendDo")} act=${act} close=${close} disabled=${!end || !reason.trim()}>
    <p>${t("running.extendNow", { when: moment(review.endDateTime, zone) })}</p>
    <${TextInput} type="date" label=${t("running.extendUntil")} value=${until} min=${first} max=${last} onInput=${setUntil} required
      help=${t("running.extendLatest", { when: day(told.latestEndDateTime, zone) })} error=${fits ? undefined : t("running.extendWrong", { first: day(first), last: day(last) })} />
    <${TextArea} label=${t("running.extendWhy")} value=${reason} onInput=${setReason} help=${t("running.extendTold", { count: told.reviewers })} rows=${2} maxlength="500" required />
    ${end && html`<p class="consequence">${t("running.extendResult", { count: review.counts.notReviewed, when: moment(end, zone) })}</p>`}
  <//>`;
}

// What the settings would do, live: the next dates, and the first review in numbers with the names behind each number.
import { Avatar, Icon, Skeleton, When } from "../kit/base.js";
import { call } from "../lib/api.js";
import { briefDay, day, time, zoneName } from "../lib/dates.js";
import { html, useEffect, useState } from "../lib/html.js";
import { useStill } from "../lib/hooks.js";
import { number, t } from "../lib/texts.js";
import { explained, Notice } from "../kit/telling.js";
import { controlOf } from "./settings.js";

/** `{data, error, busy}` of a preview of `body` (null: none); the last result stays while the next one is computed. */
export function usePreview(body) {
  const [state, setState] = useState({ data: null, error: null, busy: Boolean(body) });
  const wanted = body ? JSON.stringify(body) : "";
  const still = useStill(wanted, 350);
  useEffect(() => {
    if (!still) return setState((before) => ({ ...before, error: null, busy: false }));
    const stop = new AbortController();
    setState((before) => ({ ...before, busy: true }));
    call("POST", "/api/v1/review-previews", JSON.parse(still), { signal: stop.signal }).then(
      (data) => setState({ data, error: null, busy: false }),
      (error) => stop.signal.aborted || setState((before) => ({ ...before, error, busy: false })),
    );
    return () => stop.abort();
  }, [still]);
  return { ...state, busy: state.busy || still !== wanted };
}

/** The panel beside the form. `fault` [control, message]: what is to be filled in first; `goTo(control)` leads there. */
export function Preview({ data, error, busy, fault, goTo, isNew }) {
  const wrong = fault || (error && [controlOf(error.target), explained(error)]);
  const stale = Boolean(wrong) && Boolean(data);
  return html`<aside class="preview" aria-label=${t("policy.preview")}>
    <div class="between preview-head"><h2>${t("policy.preview")}</h2>
      <span class="preview-state small muted" role="status">${busy && !fault ? t("policy.computing") : wrong ? t("policy.outdated") : t("policy.upToDate")}</span></div>
    ${wrong && html`<${Wrong} control=${wrong[0]} message=${wrong[1]} goTo=${goTo} />`}
    ${!data && !wrong && html`<${Skeleton} lines=${8} />`}
    ${data && html`<div class=${stale ? "preview-body stale" : "preview-body"}>
      <${Dates} data=${data} />
      ${data.firstReview && html`<${First} first=${data.firstReview} running=${data.running} zone=${data.timeZone} isNew=${isNew} />`}
      ${data.warning && html`<${Notice} tone="unsure">${data.warning}<//>`}
    </div>`}
  </aside>`;
}

const Wrong = ({ control, message, goTo }) => html`<div class="preview-wrong"><${Icon} name="info" /><p>${message}
  ${control && html` <button type="button" class="link-button" onClick=${() => goTo(control)}>${t("policy.goThere")}</button>`}</p></div>`;

const Dates = ({ data }) => html`<section class="stack-8">
  <h3>${t("policy.nextDates", { count: data.next.length })}</h3>
  ${data.waiting && html`<p class="small">${t("packages.waiting", { day: day(data.waiting.startDateTime, data.timeZone) })}</p>`}
  ${data.next.length === 0 && !data.waiting && html`<p class="muted">${t("policy.noDates")}</p>`}
  <ol class="dates">${data.next.map((one) => html`<li key=${one.date}>
    <span class="dates-open"><${When} at=${one.startDateTime} zone=${data.timeZone}>${briefDay(one.startDateTime, data.timeZone)}<//></span>
    <span class="dates-to" aria-hidden="true">→</span><span class="unseen">${t("packages.to")}</span>
    <span class="dates-close"><${When} at=${one.endDateTime} zone=${data.timeZone}>${briefDay(one.endDateTime, data.timeZone)}<//></span></li>`)}</ol>
  ${data.next.length > 0 && html`<p class="tiny muted">${t("policy.datesNote", { time: time(data.next[0].startDateTime, data.timeZone), zone: zoneName(data.timeZone) })}</p>`}
</section>`;

function First({ first, running, zone, isNew }) {
  const silence = first.ifNobodyAnswers;
  return html`<section class="stack-8">
    <h3>${t("policy.firstReview")}</h3>
    ${running && html`<p class="small muted">${t("policy.runningStays", { day: day(running.endDateTime, zone) })}</p>`}
    ${first.items === 0
      ? html`<p class="muted">${t(isNew ? "policy.nobodyYetNew" : "policy.nobodyYet")}</p>`
      : html`<p class="preview-sum"><strong class="number">${number(first.items)}</strong> ${t("policy.peopleReviewed", { count: first.items })}</p>
        <div class="figures">
          <${Figure} icon="user-check" label=${t("policy.reviewersAsked", { count: first.reviewers.count })} of=${first.reviewers} detail=${(one) => t("packages.personCount", { count: one.items })} />
          ${first.withoutManager && html`<${Figure} icon="user-x" tone=${first.withoutManager.count && "unsure"} label=${t("policy.withoutManager", { count: first.withoutManager.count })} of=${first.withoutManager} />`}
          ${first.toFallback.count > 0 && html`<${Figure} icon="reply" label=${t("policy.toFallback", { count: first.toFallback.count })} of=${first.toFallback} />`}
          ${first.needReviewer.count > 0 && html`<${Figure} icon="circle-alert" tone="deny" label=${t("policy.needReviewer", { count: first.needReviewer.count })} of=${first.needReviewer} />`}
          <${Figure} icon=${first.withoutMail.count ? "mail-x" : "mail"} tone=${first.withoutMail.count && "unsure"} label=${t("policy.withoutMail", { count: first.withoutMail.count })} of=${first.withoutMail} detail=${(one) => t(`policy.noMail_${one.noMailBecause}`)} />
        </div>
        <h3>${t("policy.ifNobody")}</h3>
        <div class="figures">
          <${Figure} icon=${silence.removed.count ? "user-x" : "shield-check"} tone=${silence.removed.count ? "deny" : "approve"} label=${t("policy.loseAccess", { count: silence.removed.count })} of=${silence.removed} />
          ${silence.approved + silence.kept > 0 && html`<${Figure} icon="check" label=${t("policy.keepAccess", { count: silence.approved + silence.kept })} note=${because(silence.keptBecause)} />`}
        </div>
        ${silence.waitsForConfirmation && html`<p class="small">${t("policy.waitsForYou")}</p>`}
        <p class="tiny muted">${first.complete ? t("policy.asOfToday") : t("policy.firstOnes", { count: first.examined })}</p>`}
  </section>`;
}

const because = (kept) =>
  ["notAsked", "noInformation"].filter((one) => kept[one]).map((one) => t(`policy.kept_${one}`, { count: kept[one] })).join(" ");

/** A number in words, with the names behind it. */
function Figure({ icon, tone, label, of, detail, note }) {
  const look = `figure${tone ? ` figure-${tone}` : ""}`;
  const head = html`<${Icon} name=${icon} /><span class="grow">${label}${note && html`<span class="tiny muted figure-note">${note}</span>`}</span>`;
  if (!of?.count) return html`<div class=${look}>${head}</div>`;
  return html`<details class=${look}><summary>${head}<${Icon} name="chevron-right" size=${14} class="icon figure-mark" /></summary>
    <ul class="figure-names">${of.value.map((one) => html`<li key=${one.id}><${Avatar} name=${one.displayName} id=${one.id} size=${20} />
      <span class="clip grow" title=${one.userPrincipalName}>${one.displayName}</span>${detail && html`<span class="muted number nowrap">${detail(one)}</span>`}</li>`)}
      ${of.count > of.value.length && html`<li class="muted">${t("packages.andMore", { count: of.count - of.value.length })}</li>`}</ul></details>`;
}

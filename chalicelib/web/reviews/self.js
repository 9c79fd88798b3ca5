// A review of one's own access: one question a package in plain words, Yes or No, a reason, done. Several such reviews
// flow from one to the next. Whoever shows this loads the texts and the styles of the area `reviews`.
import { Button, Due, Icon, Skeleton, When } from "../kit/base.js";
import { TextArea } from "../kit/fields.js";
import { ErrorNote, explained, Notice } from "../kit/telling.js";
import { all, get, patch } from "../lib/api.js";
import { longDay, moment } from "../lib/dates.js";
import { useLoad } from "../lib/hooks.js";
import { html, useEffect, useRef, useState } from "../lib/html.js";
import { useMe } from "../lib/me.js";
import { navigate } from "../lib/router.js";
import { t } from "../lib/texts.js";
import { Grants } from "./grants.js";
import { isOpen, isOwn, loadReviews } from "./load.js";
import { SelfDone } from "./self-done.js";

const ITEMS = (review) => `/v1.0/identityGovernance/accessReviews/definitions/${review.definitionId}/instances/${review.id}/decisions`;

/** The caller's open self-reviews, with the item of each: `[{review, item}]`, the asked one first. */
async function loadQuestions(id, me, signal) {
  const { waiting, decided } = await loadReviews(signal);
  const own = [...waiting, ...decided].filter(isOwn);
  const wanted = [...own.filter((one) => one.id === id), ...own.filter((one) => one.id !== id)];
  const loaded = wanted.map(async (review) => {
    const items = await all(`${ITEMS(review)}/filterByCurrentUser(on='reviewer')`, 100, { signal });
    return items.filter((item) => item.principal.id === me.id).map((item) => ({ review, item }));
  });
  return (await Promise.all(loaded)).flat();
}

const answerOf = (item) => ({ Approve: "yes", Deny: "no" })[item.decision] || "";

/** The page of a self-review: `id` of the review one came for. */
export function SelfReview({ id }) {
  const me = useMe();
  const { data, error, reload } = useLoad((signal) => loadQuestions(id, me, signal), [id]);
  const [answers, setAnswers] = useState({});
  const [at, setAt] = useState(null);
  if (error && !data) return html`<div class="page page-narrow"><${ErrorNote} error=${error} retry=${reload} /></div>`;
  if (!data) return html`<div class="page page-narrow" aria-busy="true"><${Skeleton} lines=${4} /></div>`;
  const questions = data.map((one) => ({ ...one, answer: answers[one.item.id] || { choice: answerOf(one.item), reason: one.item.justification } }));
  if (!questions.some((one) => one.review.id === id)) return html`<${SelfDone} questions=${questions} closed />`;
  const current = at ?? Math.max(questions.findIndex((one) => !one.answer.choice), 0);
  if (at === "done") return html`<${SelfDone} questions=${questions} change=${(item) => setAt(questions.findIndex((one) => one.item.id === item.id))} />`;
  const saved = (item, answer) => {
    const now = { ...answers, [item.id]: answer };
    setAnswers(now);
    const left = questions.findIndex((one) => !(now[one.item.id]?.choice || one.answer.choice));
    setAt(left < 0 ? "done" : left);
  };
  return html`<${Question} key=${questions[current].item.id} ...${questions[current]} place=${current + 1} count=${questions.length}
    last=${questions.every((one, place) => place === current || one.answer.choice)} saved=${saved} />`;
}

function Question({ review, item, answer, place, count, last, saved }) {
  const [choice, setChoice] = useState(answer.choice);
  const [reason, setReason] = useState(answer.reason || "");
  const [problem, setProblem] = useState(null);
  const [busy, setBusy] = useState(false);
  const heading = useRef(null);
  const held = useLoad((signal) => get(`/api/v1/my-access/${item["@accessReviews.assignmentId"]}`, { signal }), [item.id]).data;
  useEffect(() => void (place > 1 && heading.current.focus()), []);
  const needed = choice === "yes" && review.justificationRequired;
  const send = async (event) => {
    event.preventDefault();
    if (!choice) return setProblem({ choice: t("reviews.selfChoose") });
    if (needed && !reason.trim()) return setProblem({ reason: t("reviews.selfReasonMissing") });
    setBusy(true);
    setProblem(null);
    try {
      await patch(`${ITEMS(review)}/${item.id}`, { decision: choice === "yes" ? "Approve" : "Deny", justification: reason.trim() });
      saved(item, { choice, reason: reason.trim() });
    } catch (refusal) {
      setProblem({ all: explained(refusal) });
      setBusy(false);
    }
    return undefined;
  };
  const name = review.accessPackage.displayName;
  return html`<div class="page page-narrow"><form class="self" onSubmit=${send} noValidate>
    <header class="stack-8">
      ${count > 1 && html`<p class="muted small number">${t("reviews.selfPlace", { place, count })}</p>`}
      <h1 ref=${heading} tabindex="-1">${t("reviews.selfQuestion", { package: name })}</h1>
      <${Due} at=${review.endDateTime} zone=${review.timeZone} />
    </header>
    <${Held} held=${held} item=${item} />
    <fieldset class="answers"><legend class="unseen">${t("reviews.selfQuestion", { package: name })}</legend>
      ${["yes", "no"].map((one) => html`<label key=${one} class="answer answer-${one}">
        <input type="radio" name="answer" value=${one} checked=${choice === one} onChange=${() => (setChoice(one), setProblem(null))} />
        <${Icon} name=${one === "yes" ? "circle-check" : "circle-x"} size=${20} />
        <span><span class="strong">${t(`reviews.${one}`)}</span><span class="field-help">${means(one, review)}</span></span></label>`)}
    </fieldset>
    ${problem?.choice && html`<p class="field-error" role="alert">${problem.choice}</p>`}
    ${choice && html`<${TextArea} label=${t(needed ? "reviews.selfWhy" : "reviews.selfWhyFree")} help=${t("reviews.selfWhyHelp")} rows=${2} maxlength="1000"
      value=${reason} onInput=${setReason} error=${problem?.reason} />`}
    ${problem?.all && html`<${Notice} tone="deny">${problem.all}<//>`}
    <div class="row"><${Button} type="submit" kind="primary" busy=${busy} onClick=${send}>${t(last ? "reviews.selfDone" : "reviews.selfNext")}<//>
      <${Button} kind="quiet" onClick=${() => navigate("/")}>${t("reviews.selfLater")}<//></div>
  </form></div>`;
}

/** What follows from an answer. */
function means(answer, review) {
  if (answer === "yes") return t("reviews.yesMeans");
  return t(`reviews.noMeans_${review.removes}`, { when: moment(review.endDateTime) });
}

/** What the package gives, and since when one has it. */
function Held({ held, item }) {
  const since = item["@accessReviews.assignedSince"];
  return html`<div class="self-held">
    ${!held ? html`<${Skeleton} lines=${3} />` : html`
      ${held.accessPackage.description && html`<p class="prose">${held.accessPackage.description}</p>`}
      <${Grants} grants=${held.accessPackage.grants} />`}
    <p class="muted">${t("reviews.selfSince")} <${When} at=${since}>${longDay(since)}<//>${held?.endDateTime
      ? html`, ${t("reviews.selfUntil")} <${When} at=${held.endDateTime}>${longDay(held.endDateTime)}<//>.` : "."}</p>
  </div>`;
}

/** Is this review one that its page shows as questions? `review` as `GET /api/v1/reviews` lists it. */
export const isSelfReview = (review) => isOwn(review) && isOpen(review);

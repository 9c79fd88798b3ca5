// "/delegate": who reviews in one's place during an absence, as one sentence; what is arranged now, and its end.
import { Button, Icon, Skeleton } from "../kit/base.js";
import { PersonPicker } from "../kit/fields.js";
import { Confirm } from "../kit/floating.js";
import { PageHead, Section } from "../kit/layout.js";
import { ErrorNote, explained, Notice, toast } from "../kit/telling.js";
import { del, get, put } from "../lib/api.js";
import { day, inputDay, now } from "../lib/dates.js";
import { useLoad } from "../lib/hooks.js";
import { html, useState } from "../lib/html.js";
import { useMe } from "../lib/me.js";
import { Link } from "../lib/router.js";
import { t } from "../lib/texts.js";
import { TakeBack } from "./hand-over.js";
import { loadReviews } from "./load.js";

const MINE = "/api/v1/me/delegate";
const MEANS = ["standBegins", "standSee", "standOwn", "standEnds"];

async function arranged(signal) {
  const none = (error) => {
    if (error.status !== 404) throw error;
    return null;
  };
  const [named, reviews] = await Promise.all([get(MINE, { signal }).catch(none), loadReviews(signal)]);
  const away = [...reviews.waiting, ...reviews.elsewhere, ...reviews.decided].flatMap((review) =>
    review.handedOver.filter((one) => one.standing).map((one) => ({ review, to: one.to, name: reviews.names.get(one.to) || t("reviews.somebody") })));
  return { named, away };
}

export default function Delegate() {
  const { data, error, reload } = useLoad(arranged, []);
  const [asking, setAsking] = useState(null);
  const head = html`<${PageHead} title=${t("reviews.standHeading")} lede=${t("reviews.standLede")} />`;
  if (error && !data) return html`<div class="page page-narrow">${head}<${ErrorNote} error=${error} retry=${reload} /></div>`;
  if (!data) return html`<div class="page page-narrow" aria-busy="true">${head}<${Skeleton} lines=${4} /></div>`;
  const { named, away } = data;
  const close = () => setAsking(null);
  return html`<div class="page page-narrow">${head}<div class="stand-page">
    ${named && asking !== "change" ? html`<${Arranged} named=${named} ask=${setAsking} />` : html`<${Sentence} named=${named} stop=${named && close} done=${() => (close(), reload())} />`}
    ${away.length > 0 && html`<${Section} title=${t("reviews.standAway")} note=${t("reviews.standAwayNote")}>
      <ul class="todos">${away.map((one) => html`<li class="stand-away" key=${one.review.id + one.to}>
        <span class="grow"><${Link} href="/reviews/${one.review.id}">${one.review.accessPackage.displayName}<//> <span class="muted">${t("reviews.standWith", { name: one.name })}</span></span>
        <${Button} small icon="undo-2" onClick=${() => setAsking(one)}>${t("reviews.back")}<//></li>`)}</ul><//>`}
    <${Section} title=${t("reviews.standMeans")}><ul class="points prose">${MEANS.map((key) => html`<li key=${key}>${t(`reviews.${key}`)}</li>`)}</ul><//>
    ${asking === "end" && html`<${Ending} named=${named} away=${away.length} close=${close} done=${reload} />`}
    ${asking?.review && html`<${TakeBack} ...${asking} close=${close} done=${reload} />`}
  </div></div>`;
}

const lastDay = (named) => new Date(new Date(named.endDateTime) - 1);

/** The arrangement there is. */
function Arranged({ named, ask }) {
  const begun = new Date(named.startDateTime) <= now();
  const values = { from: day(named.startDateTime), to: day(lastDay(named)), name: named.displayName };
  return html`<div class="stand"><${Icon} name="user-check" size=${20} />
    <div class="grow stack-8"><p class="stand-words">${t(begun ? "reviews.standNow" : "reviews.standThen", values)}</p>
      <p class="muted">${t("reviews.quoted", { reason: named.reason })}</p></div>
    <div class="row"><${Button} icon="pencil" onClick=${() => ask("change")}>${t("reviews.standChange")}<//><${Button} icon="x" onClick=${() => ask("end")}>${t("reviews.standEnd")}<//></div></div>`;
}

const Ending = ({ named, away, close, done }) => html`<${Confirm} title=${t("reviews.standEndTitle")} label=${t("reviews.standEnd")} close=${close}
  act=${() => del(MINE).then(done)}><p>${t("reviews.standEndMeans", { name: named.displayName })}</p>${away > 0 && html`<p>${t("reviews.standEndAway", { count: away })}</p>`}<//>`;

/** "From … to …, … reviews for me, because …" */
function Sentence({ named, stop, done }) {
  const me = useMe();
  const [first, setFirst] = useState(inputDay(named?.startDateTime || now()));
  const [to, setTo] = useState(named ? inputDay(lastDay(named)) : "");
  const [person, setPerson] = useState(named ? { id: named.to, displayName: named.displayName } : null);
  const [reason, setReason] = useState(named?.reason || "");
  const [wrong, setWrong] = useState({});
  const [busy, setBusy] = useState(false);
  const send = async (event) => {
    event.preventDefault();
    const missing = faults({ first, to, person, reason });
    setWrong(missing);
    if (Object.keys(missing).length) return;
    setBusy(true);
    try {
      await put(MINE, { to: person.id, reason: reason.trim(), startDateTime: midnight(first), endDateTime: midnight(to, 1) });
      toast(t("reviews.standSaved", { name: person.displayName }));
      done();
    } catch (problem) {
      const field = { startDateTime: "first", endDateTime: "until" }[problem.target] || problem.target || "all";
      setWrong({ [["first", "until", "to", "reason"].includes(field) ? field : "all"]: explained(problem) });
      setBusy(false);
    }
  };
  const told = Object.entries(wrong);
  const input = (name, type, value, set, more = {}) => html`<input class="input stand-input" type=${type} aria-label=${t(`reviews.stand_${name}`)} value=${value} aria-invalid=${wrong[name] ? "true" : undefined}
    aria-describedby=${wrong[name] ? "stand-errors" : undefined} onInput=${(event) => set(event.target.value)} ...${more} />`;
  return html`<form class="stack" onSubmit=${send} noValidate>
    <div class="stand-sentence">
      <span class="stand-part"><span>${t("reviews.standFrom")}</span>${input("first", "date", first, setFirst, { min: inputDay(now()) })}</span>
      <span class="stand-part"><span>${t("reviews.standTo")}</span>${input("until", "date", to, setTo, { min: first })}<span class="stand-comma">,</span></span>
      <span class="stand-person"><${PersonPicker} hideLabel label=${t("reviews.stand_to")} placeholder=${t("reviews.stand_to")} value=${person} onChange=${setPerson} without=${[me.id]} /></span>
      <span class="stand-part stand-reason"><span>${t("reviews.standReviews")}</span>${input("reason", "text", reason, setReason, { placeholder: t("reviews.standBecause"), maxlength: "200" })}</span>
    </div>
    ${told.length > 0 && html`<div id="stand-errors" role="alert" class="stack-8">${told.map(([name, text]) => html`<p class="field-error" key=${name}><${Icon} name="circle-alert" size=${14} />${text}</p>`)}</div>`}
    <div class="row"><${Button} type="submit" kind="primary" busy=${busy} onClick=${send}>${t("reviews.standSave")}<//>${stop && html`<${Button} kind="quiet" onClick=${stop}>${t("kit.cancel")}<//>`}</div>
  </form>`;
}

function faults({ first, to, person, reason }) {
  const found = {
    first: !first && t("reviews.standFromMissing"),
    until: !to ? t("reviews.standToMissing") : first && to < first && t("reviews.standOrder"),
    to: !person && t("reviews.handToMissing"),
    reason: !reason.trim() && t("reviews.standWhyMissing"),
  };
  return Object.fromEntries(Object.entries(found).filter(([, text]) => text));
}

/** The first instant of a day in this browser's zone, or of a day after it. */
function midnight(text, later = 0) {
  const [year, month, date] = text.split("-").map(Number);
  return new Date(year, month - 1, date + later).toISOString();
}

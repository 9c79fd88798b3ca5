// The reason under a row, and once for a selection: with the last reasons offered, and a note the person never sees.
import { Button, Icon } from "../kit/base.js";
import { Dialog } from "../kit/floating.js";
import { html, useEffect, useId, useRef, useState } from "../lib/html.js";
import { t } from "../lib/texts.js";
import { DECISIONS } from "./words.js";

const KEY = "access-reviews.reasons";
const MOST = 1_000;

/** The reasons given last in this tab, newest first: another person at this machine does not read them. */
export function lastReasons() {
  try {
    return JSON.parse(sessionStorage.getItem(KEY) || "[]");
  } catch {
    return [];
  }
}

/** Offer this reason first the next time. */
export function remember(reason) {
  if (!reason) return;
  const all = [reason, ...lastReasons().filter((one) => one !== reason)].slice(0, 3);
  try {
    sessionStorage.setItem(KEY, JSON.stringify(all));
  } catch {
    // nothing is offered then
  }
}

/** Text, offers and private note. `save({reason, note})`; Enter saves, Escape leaves everything as it was. */
function Fields({ label, about, required, start, save, cancel, word, missing = t("review.reasonMissing") }) {
  const [reason, setReason] = useState(start.reason);
  const [note, setNote] = useState(start.note);
  const [more, setMore] = useState(Boolean(start.note));
  const [wrong, setWrong] = useState("");
  const input = useRef(null);
  const id = useId();
  useEffect(() => input.current.focus(), []);
  const go = (text) => {
    if (required && !text.trim()) {
      setWrong(missing);
      input.current.focus();
      return;
    }
    remember(text.trim());
    save({ reason: text.trim(), note: note.trim() });
  };
  const keys = (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) go(reason);
    else if (event.key === "Escape") cancel();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const offers = lastReasons().filter((one) => one !== reason.trim());
  return html`<div class="reason" onClick=${(event) => event.stopPropagation()}>
    <label class="reason-label" for=${id}>${label}</label>
    <div class="reason-line"><input ref=${input} id=${id} class="input" autofocus maxlength=${MOST} autocomplete="off" aria-required=${required ? "true" : undefined} aria-invalid=${wrong ? "true" : undefined} aria-describedby="${id}-help"
        value=${reason} placeholder=${t("review.reasonExample")} onInput=${(event) => (setReason(event.target.value), setWrong(""))} onKeyDown=${keys} />
      <${Button} kind="primary" onClick=${() => go(reason)}>${word}<//><${Button} kind="quiet" onClick=${cancel}>${t("kit.cancel")}<//></div>
    ${wrong && html`<p class="field-error" role="alert"><${Icon} name="circle-alert" size=${14} />${wrong}</p>`}
    ${offers.length > 0 && html`<div class="reason-offers"><span class="muted small">${t("review.lastReasons")}</span>${offers.map((one) => html`<button key=${one} type="button" class="chip clip" onClick=${() => go(one)}>${one}</button>`)}</div>`}
    <p id="${id}-help" class="small muted">${about} ${!more && html`<button type="button" class="link-button" onClick=${() => setMore(true)}>${t("review.addNote")}</button>`}</p>
    ${more && html`<label class="reason-note"><span class="reason-label">${t("review.note")}</span>
      <input class="input" maxlength=${MOST} autocomplete="off" value=${note} onInput=${(event) => setNote(event.target.value)} onKeyDown=${keys} /><span class="small muted">${t("review.noteWho")}</span></label>`}
  </div>`;
}

/** Under a row: why this decision. */
export function Reason({ item, editing, page }) {
  const { decision, required } = editing;
  const replaces = required && item.decision === "Deny" && decision !== "Deny";
  const key = replaces ? "review.whyReplace" : decision === "Approve" && required ? "review.whyKeep" : "review.whyDecision";
  return html`<${Fields} missing=${replaces ? t("review.reasonToReplace") : undefined} label=${t(key, { name: item.name, who: item.by?.displayName, decision: t(DECISIONS[decision].text) })} about=${t("review.reasonSeen", { name: item.name })} required=${required}
    start=${{ reason: item.decision === decision ? item.reason : "", note: item.note }} word=${t("review.save")} save=${page.saveReason} cancel=${page.cancelEdit} />`;
}

/** Once for a selection. `wish` {ids, decision}. */
export function ReasonDialog({ wish, save, close }) {
  const count = wish.ids.length;
  return html`<${Dialog} title=${t(`review.many_${wish.decision}`, { count })} close=${close}>
    <${Fields} label=${t("review.whyMany", { count })} about=${t("review.reasonSeenMany")} required start=${{ reason: "", note: "" }} word=${t(`review.many_${wish.decision}`, { count })} save=${save} cancel=${close} />
  <//>`;
}

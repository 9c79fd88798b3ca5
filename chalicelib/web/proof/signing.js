// The control owner's signature under a closed review: what is missing, signing, and the signature once it is there.
import { Button, Icon, Tag, When } from "../kit/base.js";
import { TextArea } from "../kit/fields.js";
import { Confirm } from "../kit/floating.js";
import { Section } from "../kit/layout.js";
import { Notice, toast } from "../kit/telling.js";
import { post } from "../lib/api.js";
import { moment } from "../lib/dates.js";
import { html, useState } from "../lib/html.js";
import { Link } from "../lib/router.js";
import { t } from "../lib/texts.js";

const LONGEST = 2_000;
const STEPS = ["noControlOwner", "decisionsNotSealed", "removalsNotSealed", "openExceptions"];

/** `state` is what the API says of the sign-off; `changed` is told when it was signed. */
export function SignOff({ review, state, changed }) {
  const [asking, ask] = useState(false);
  if (state.signOff) return html`<${Section} title=${t("proof.signOff")}><${Signature} one=${state.signOff} /><//>`;
  const missing = state.missing.map((one) => one.code);
  const owner = state.controlOwner;
  const whom = owner ? t(`proof.owner-${state.controlOwnerOf}`, { name: owner.displayName || t("proof.gone") }) : t("proof.noOwner");
  const act = state.maySignOff && html`<${Button} kind="primary" icon="file-check" onClick=${() => ask(true)}>${t("proof.sign")}<//>`;
  return html`<${Section} title=${t("proof.signOff")} note=${whom} actions=${act}>
    <ul class="proof-steps">${STEPS.map((one) => html`<${Step} key=${one} code=${one} open=${missing.includes(one)} state=${state} review=${review} />`)}</ul>
    ${!missing.length && !state.maySignOff && html`<p class="muted">${t("proof.waitsForOwner", { name: owner?.displayName || t("proof.gone") })}</p>`}
    ${asking && html`<${Signing} review=${review} state=${state} close=${(did) => (ask(false), did && changed())} />`}
  <//>`;
}

function Step({ code, open, state, review }) {
  const words = t(`proof.step-${code}-${open ? "open" : "done"}`, { count: state.openExceptions });
  return html`<li class=${open ? "proof-step proof-step-open" : "proof-step"}><${Icon} name=${open ? "circle-dot" : "circle-check"} label=${t(open ? "proof.stillOpen" : "proof.isDone")} />
    <span>${words}${open && code === "noControlOwner" && html` <${Link} href="/admin/packages/${review.accessPackage.id}">${t("proof.toPackage")}<//>`}</span></li>`;
}

const Signature = ({ one }) => html`<${Notice} tone="approve" icon="file-check" title=${t("proof.signedBy", { name: one.by?.displayName || t("proof.gone") })}>
  <blockquote class="proof-words">${one.words}</blockquote>
  <p class="muted small">${t(`proof.asOwner-${one.controlOwnerOf}`)} · <${When} at=${one.dateTime}>${moment(one.dateTime)}<//> · ${t("proof.covers", { count: one.exceptions })}</p>
  ${one.decidedThemselves > 0 && html`<p><${Tag} tone="unsure" icon="user-check">${t(one.countedWhole ? "proof.decidedThemselves" : "proof.decidedAtLeast", { count: one.decidedThemselves, denied: one.deniedThemselves })}<//></p>`}
<//>`;

function Signing({ review, state, close }) {
  const [words, setWords] = useState("");
  const act = async () => {
    await post(`/api/v1/reviews/${review.id}/sign-off`, { words });
    toast(t("proof.signed"));
  };
  return html`<${Confirm} title=${t("proof.signTitle", { package: review.accessPackage.displayName })} label=${t("proof.sign")} act=${act} close=${close} disabled=${!words.trim()}>
    <p>${t("proof.signWhat", { count: review.population.items })} ${t("proof.signExceptions", { count: state.exceptions })}</p>
    <p>${t("proof.signAfter")}</p>
    <${TextArea} label=${t("proof.yourWords")} help=${t("proof.yourWordsHelp")} value=${words} onInput=${setWords} maxlength=${LONGEST} rows="4" />
  <//>`;
}

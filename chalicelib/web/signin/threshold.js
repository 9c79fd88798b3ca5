// The look of the pages before one is inside: the mark, one sentence, one thing to do.
import { Button } from "../kit/base.js";
import { html, useEffect, useRef, useState } from "../lib/html.js";
import { t } from "../lib/texts.js";

const assets = document.documentElement.dataset.assets;

/** `act` is what the first button says, `other` a second one; `waiting` while something is on its way. */
export function Threshold({ title, children, act, onAct, other, onOther, waiting }) {
  const [busy, setBusy] = useState("");
  const [failed, setFailed] = useState("");
  const heading = useRef(null);
  useEffect(() => {
    document.title = t("frame.title", { page: title || t("signin.title") });
    if (!waiting) heading.current?.focus(); // screen readers hear where they are
  }, [title]);
  const doing = (which, action) => async () => {
    setBusy(which);
    setFailed("");
    await Promise.resolve(action()).catch((problem) => setFailed(t(`signin.${problem.why || "broken"}Why`)));
    setBusy("");
  };
  return html`<main class="threshold">
    <p class="threshold-mark"><img src="${assets}/app/mark.svg" alt="" width="28" height="28" /> ${t("frame.product")}</p>
    <div class="threshold-words" aria-live="polite" aria-busy=${waiting ? "true" : undefined}>
      <h1 ref=${heading} tabindex="-1" class=${waiting ? "threshold-waiting" : ""}>${title}</h1>
      ${children && html`<div class="threshold-why">${children}</div>`}
      ${failed && html`<p class="threshold-failed" role="alert">${failed}</p>`}
    </div>
    ${act && html`<div class="row threshold-acts">
      <${Button} kind="primary" busy=${busy === "act"} onClick=${doing("act", onAct)}>${act}<//>
      ${other && html`<${Button} kind="quiet" busy=${busy === "other"} onClick=${doing("other", onOther)}>${other}<//>`}
    </div>`}
  </main>`;
}

// A text to take along, such as a command or a signature (`wrap`), with a button that copies it.
import { Button } from "../kit/base.js";
import { toast } from "../kit/telling.js";
import { html } from "../lib/html.js";
import { t } from "../lib/texts.js";

export function Copied({ label, text, wrap }) {
  const copy = async () => {
    await navigator.clipboard.writeText(text);
    toast(t("proof.copied"));
  };
  return html`<div class="copied"><span class="field-label">${label}</span>
    <div class="copied-line"><pre class=${wrap ? "proof-text" : "proof-text proof-line"} tabindex="0" aria-label=${label}>${text.trimEnd()}</pre>
      ${navigator.clipboard && html`<${Button} small icon="copy" onClick=${copy}>${t("proof.copy")}<span class="unseen"> ${label}</span><//>`}</div></div>`;
}

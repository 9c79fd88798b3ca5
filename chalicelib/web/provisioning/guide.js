// How an identity provider is connected, in the words of its own pages.
import { Section } from "../kit/layout.js";
import { html } from "../lib/html.js";
import { t } from "../lib/texts.js";
import { Copied } from "./dialogs.js";

const PROVIDERS = { entra: 5, okta: 5 };

export const Guide = ({ address }) => html`<${Section} title=${t("provisioning.guide")}>
  ${address && html`<${Copied} label=${t("provisioning.address")} value=${address} />`}
  <div class="guides">${Object.entries(PROVIDERS).map(([name, steps]) => html`<section class="guide" key=${name} aria-labelledby=${`guide-${name}`}>
    <h3 id=${`guide-${name}`}>${t(`provisioning.${name}`)}</h3>
    <ol class="guide-steps">${Array.from({ length: steps }, (_, number) => html`<li key=${number}>${t(`provisioning.${name}-${number + 1}`)}</li>`)}</ol>
  </section>`)}</div>
  <p class="muted prose">${t("provisioning.what")}</p>
<//>`;

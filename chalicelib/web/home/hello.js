// A first page, until the reviews are here.
import { PageHead } from "../kit/layout.js";
import { html } from "../lib/html.js";
import { useMe } from "../lib/me.js";

export default function Hello() {
  return html`<div class="page"><${PageHead} title=${useMe().displayName} /></div>`;
}

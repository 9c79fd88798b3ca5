// What became of everything that was denied: as the evidence tells it, with what can be done about it.
import { Denied } from "../evidence/people.js";
import { html } from "../lib/html.js";
import { useMe } from "../lib/me.js";
import { Seen } from "../removals/seen.js";

export const Removed = ({ review }) => html`<div class="stack-40"><${Denied} review=${review} /><${Seen} review=${review} may=${useMe().manages} /></div>`;

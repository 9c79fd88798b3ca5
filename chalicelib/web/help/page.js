// "/help": how reviewing works, in half a page. Mails to reviewers lead here; docs/reviewers.md says the same.
import { PageHead, Section } from "../kit/layout.js";
import { html } from "../lib/html.js";
import { t } from "../lib/texts.js";

const PARTS = {
  asked: ["asked", "own"],
  answer: ["open", "approve", "deny", "unsure", "saved", "suggestion"],
  faster: ["several", "accept", "waiting", "keys"],
  other: ["hand", "away"],
  silence: ["reminded", "unanswered"],
  after: ["told", "undo", "ask"],
};

export default function Help() {
  return html`<div class="page page-narrow">
    <${PageHead} title=${t("help.heading")} lede=${t("help.lede")} />
    <div class="stack">${Object.entries(PARTS).map(([part, points]) => html`<${Section} key=${part} title=${t(`help.title-${part}`)}>
      <ul class="points prose">${points.map((one) => html`<li key=${one}>${t(`help.${one}`)}</li>`)}</ul><//>`)}</div>
  </div>`;
}

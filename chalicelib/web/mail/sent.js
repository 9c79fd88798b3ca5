// A list of mails with what became of each, and the mail itself in a dialog.
import { Button, Tag, When } from "../kit/base.js";
import { Dialog } from "../kit/floating.js";
import { DataTable } from "../kit/layout.js";
import { Notice } from "../kit/telling.js";
import { moment } from "../lib/dates.js";
import { usePages } from "../lib/hooks.js";
import { html, useState } from "../lib/html.js";
import { Link } from "../lib/router.js";
import { has, t } from "../lib/texts.js";
import { fetchLetter, Letter } from "./letter.js";

const LOOKS = {
  sent: ["plain", "send"],
  delivered: ["approve", "check"],
  bounced: ["deny", "mail-x"],
  complained: ["deny", "ban"],
  failed: ["deny", "mail-x"],
  lost: ["unsure", "mail-warning"],
  withheld: ["unsure", "hourglass"],
  off: ["plain", "bell"],
  pending: ["plain", "clock"],
  sending: ["plain", "clock"],
};

/** What a kind of mail is: reminders and changes carry a number behind their name. */
export const kindOf = (kind) => {
  const name = kind.split(/[:.]/)[0];
  return has(`sent.kind-${name}`) ? t(`sent.kind-${name}`) : kind;
};

/** What became of a mail, in a word, with why beneath when it failed. */
export function State({ mail }) {
  const [tone, icon] = LOOKS[mail.state] || LOOKS.pending;
  return html`<span class="mail-state"><${Tag} tone=${tone} icon=${icon}>${t(`sent.state-${mail.state}`)}<//>
    ${mail.fault && mail.fault !== mail.state && html`<span class="small muted">${t(`sent.fault-${mail.fault}`)}</span>`}</span>`;
}

/** Mails of a list of the API; `about` says whether its rows name the person ("person") or the review ("review"). */
export function SentMails({ path, about, empty }) {
  const list = usePages(path);
  const [read, setRead] = useState(null);
  const first = about === "person"
    ? { id: "to", title: t("sent.to"), wide: true, cell: (one) => html`<span class="person-words"><${Link} href="/admin/people/${one.to.id}" class="quiet-link strong">${one.to.displayName || t("sent.gone")}<//><span class="person-detail clip">${kindOf(one.kind)}</span></span>` }
    : { id: "what", title: t("sent.mail"), wide: true, cell: (one) => html`<span class="person-words"><span class="strong">${kindOf(one.kind)}</span><span class="person-detail clip">${one.review ? html`<${Link} href="/admin/reviews/${one.review.id}" class="quiet-link">${one.accessPackage}<//>` : one.accessPackage}</span></span>` };
  const columns = [
    first,
    { id: "state", title: t("sent.state"), cell: (one) => html`<${State} mail=${one} />` },
    { id: "when", title: t("sent.when"), cell: (one) => (one.sentDateTime || one.failedDateTime) ? html`<${When} at=${one.sentDateTime || one.failedDateTime}>${moment(one.sentDateTime || one.failedDateTime)}<//>` : html`<span class="faint">${t("sent.notYet")}</span>` },
    { id: "read", title: html`<span class="unseen">${t("sent.read")}</span>`, right: true, cell: (one) => one.readable && html`<${Button} small kind="quiet" icon="eye" onClick=${() => setRead(one)}>${t("sent.read")}<//>` },
  ];
  return html`<${DataTable} caption=${t("sent.caption")} list=${list} columns=${columns} empty=${empty} keyOf=${(one) => `${one.to.id} ${one.review?.id} ${one.kind} ${one.sentDateTime}`} />
    ${read && html`<${ReadMail} mail=${read} close=${() => setRead(null)} />`}`;
}

/** One mail about a review, written again. */
function ReadMail({ mail, close }) {
  const path = `/api/v1/reviews/${mail.review.id}/mails/${mail.to.id}?kind=${encodeURIComponent(mail.kind)}`;
  return html`<${Dialog} wide title=${kindOf(mail.kind)} close=${close}>
    <div class="stack">
      <${Notice}>${mail.sentDateTime ? t("sent.asNow", { when: moment(mail.sentDateTime), name: mail.to.displayName }) : t("sent.asNowUnsent", { name: mail.to.displayName })}<//>
      <${Letter} load=${(signal) => fetchLetter("GET", path, undefined, signal)} deps=${[path]} />
    </div>
  <//>`;
}

// The addresses that are not mailed any more, since a mail came back or was called spam, and mailing one again.
import { Avatar, Button, Tag, When } from "../kit/base.js";
import { Confirm } from "../kit/floating.js";
import { DataTable } from "../kit/layout.js";
import { Empty, Notice, toast } from "../kit/telling.js";
import { del } from "../lib/api.js";
import { ago } from "../lib/dates.js";
import { usePages } from "../lib/hooks.js";
import { html, useState } from "../lib/html.js";
import { useMe } from "../lib/me.js";
import { Link } from "../lib/router.js";
import { t } from "../lib/texts.js";

export function Suppressed() {
  const me = useMe();
  const list = usePages("/api/v1/mails/suppressed");
  const [asking, ask] = useState(null);
  const columns = [
    { id: "to", title: t("mail.who"), wide: true, cell: (one) => html`<${Who} one=${one} />` },
    { id: "why", title: t("mail.why"), cell: (one) => html`<span class="person-words"><span>${t(`sent.fault-${one.reason}`)}</span>${one.detail && html`<span class="person-detail mail-detail">${one.detail}</span>`}</span>` },
    { id: "since", title: t("mail.since"), cell: (one) => html`<span class="person-words"><${When} at=${one.sinceDateTime}>${ago(one.sinceDateTime)}<//>${!one.inUse && html`<span><${Tag}>${t("mail.formerAddress")}<//></span>`}</span>` },
    me.administrator && { id: "act", title: html`<span class="unseen">${t("mail.mailAgain")}</span>`, right: true, cell: (one) => html`<${Button} small icon="send" aria-haspopup="dialog" onClick=${() => ask(one)}>${t("mail.mailAgain")}<//>` },
  ].filter(Boolean);
  return html`<div class="stack">
    ${list.rows.length > 0 && html`<${Notice} title=${t("mail.suppressedHow")}>${t("mail.suppressedWhy")}<//>`}
    <${DataTable} caption=${t("mail.suppressed")} list=${list} columns=${columns} keyOf=${(one) => one.address}
      empty=${html`<${Empty} icon="circle-check" title=${t("mail.noneSuppressed")}>${t("mail.noneSuppressedWhy")}<//>`} />
    ${asking && html`<${MailAgain} address=${asking.address} name=${asking.to?.displayName} close=${(did) => (ask(null), did && list.reload())} />`}
  </div>`;
}

const Who = ({ one }) => one.to
  ? html`<span class="person"><${Avatar} name=${one.to.displayName} id=${one.to.id} /><span class="person-words"><${Link} href="/admin/people/${one.to.id}" class="person-name">${one.to.displayName}<//><span class="person-detail clip">${one.address}</span></span></span>`
  : html`<span class="person-words"><span>${t("sent.gone")}</span><span class="person-detail clip">${one.address}</span></span>`;

/** Asks whether an address was mended, and has it mailed again. */
export function MailAgain({ address, name, close }) {
  const act = async () => {
    await del(`/api/v1/mails/suppressed/${encodeURIComponent(address)}`);
    toast(t("mail.mailedAgain", { address }));
  };
  return html`<${Confirm} title=${t("mail.askAgain")} label=${t("mail.mailAgain")} act=${act} close=${close}>
    <p>${t("mail.againWords", { address, name: name || t("sent.gone") })}</p><p class="muted">${t("mail.againWarning")}</p><//>`;
}

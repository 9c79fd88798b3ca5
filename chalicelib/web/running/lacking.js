// People nobody can decide about: give them a reviewer, all together or some.
import { Button, Person } from "../kit/base.js";
import { PersonPicker, TextArea } from "../kit/fields.js";
import { Confirm } from "../kit/floating.js";
import { DataTable, Section } from "../kit/layout.js";
import { toast } from "../kit/telling.js";
import { post } from "../lib/api.js";
import { usePages } from "../lib/hooks.js";
import { html, useState } from "../lib/html.js";
import { t } from "../lib/texts.js";

export function Lacking({ review, may, done }) {
  const list = usePages(`/api/v1/reviews/${review.id}/needs-reviewer`);
  const [items, ask] = useState(null);
  const close = (did) => {
    ask(null);
    if (did) [list.reload, done].forEach((again) => again());
  };
  const all = list.rows.map((one) => one.id);
  const columns = [
    { id: "who", title: t("running.person"), cell: (one) => html`<${Person} id=${one.principal.id} name=${one.principal.displayName} detail=${one.principal.userPrincipalName} />` },
    { id: "why", title: t("running.lackingBecause"), wide: true, cell: (one) => (one.reviewer ? t("running.lackingGone", { name: one.reviewer.displayName }) : t("running.lackingNobody")) },
    may && { id: "act", title: html`<span class="unseen">${t("running.act")}</span>`, right: true, cell: (one) => html`<${Button} small onClick=${() => ask([one.id])} aria-haspopup="dialog" aria-label=${t("running.assignFor", { name: one.principal.displayName })}>${t("running.assign")}<//>` },
  ].filter(Boolean);
  return html`<${Section} title=${t("running.lackingTitle", { count: review.needsReviewer })} note=${t("running.lackingWhy")}
    actions=${may && all.length > 1 && html`<${Button} icon="user-plus" aria-haspopup="dialog" onClick=${() => ask(all)}>${t("running.assignAll", { count: all.length })}<//>`}>
    <${DataTable} caption=${t("running.lackingTitle", { count: review.needsReviewer })} columns=${columns} list=${list} />
    ${items && html`<${Assign} review=${review} items=${items} close=${close} />`}
  <//>`;
}

function Assign({ review, items, close }) {
  const [person, choose] = useState(null);
  const [reason, setReason] = useState("");
  const act = async () => {
    await post(`/api/v1/reviews/${review.id}/assign-reviewer`, { to: person.id, reason: reason.trim(), items });
    toast(t("running.assigned", { count: items.length, name: person.displayName }));
  };
  return html`<${Confirm} title=${t("running.assignTitle", { count: items.length })} label=${t("running.assignDo")} act=${act} close=${close} disabled=${!person || !reason.trim()}>
    <p>${t("running.assignWords", { count: items.length })}</p>
    <${PersonPicker} label=${t("running.whom")} value=${person} onChange=${choose} autofocus />
    <${TextArea} label=${t("running.assignReason")} value=${reason} onInput=${setReason} rows=${2} maxlength="500" required />
  <//>`;
}

// The signed statements about a review, what is in each, and holding everything that is stored against them.
import { Button, Tag, When } from "../kit/base.js";
import { Dialog } from "../kit/floating.js";
import { DataTable, Facts, Section } from "../kit/layout.js";
import { explained, Notice } from "../kit/telling.js";
import { get } from "../lib/api.js";
import { moment } from "../lib/dates.js";
import { html, useState } from "../lib/html.js";
import { has, list as listed, number, t } from "../lib/texts.js";
import { Copied } from "./copied.js";

const SHORT = 12;
const short = (hash) => html`<code class="hash" title=${hash}>${hash.slice(0, SHORT)}…</code>`;

/** `list` is what `useGet` gave for the seals. */
export function Seals({ review, list }) {
  const [shown, show] = useState(null);
  const rows = list.data?.value || [];
  const signed = rows.find((one) => one.kind === "signOff");
  const columns = [
    { id: "what", title: t("proof.statement"), wide: true, cell: (one) => html`<span class="proof-what"><span class="row"><strong>${t("proof.numbered", { number: number(one.sequence), what: t(`proof.seal-${one.kind}`) })}</strong>
      ${!one.balanced && html`<${Tag} tone="deny" icon="triangle-alert">${t("proof.unbalanced")}<//>`}
      ${signed && one.sequence > signed.sequence && html`<${Tag} tone="unsure" icon="clock">${t("proof.afterSignOff")}<//>`}</span>
      <span class="muted small">${aboutWhat(one)}</span></span>` },
    { id: "made", title: t("proof.sealedAt"), cell: (one) => html`<${When} at=${one.madeDateTime}>${moment(one.madeDateTime)}<//>` },
    { id: "hash", title: t("proof.hash"), hidePhone: true, cell: (one) => short(one.statementHash) },
    { id: "more", title: html`<span class="unseen">${t("proof.acts")}</span>`, right: true, cell: (one) => html`<${Button} small kind="quiet" onClick=${() => show(one)}>${t("proof.look")}<span class="unseen"> ${number(one.sequence)}</span><//>` },
  ];
  return html`<${Section} title=${t("proof.seals")} note=${t("proof.sealsNote")} actions=${rows.length > 0 && html`<${Check} review=${review} />`}>
    <${DataTable} caption=${t("proof.seals")} columns=${columns} keyOf=${(one) => one.sequence} empty=${html`<${Notice} tone="accent" icon="clock">${t("proof.notSealed")}<//>`}
      list=${{ rows, loading: list.loading, error: list.error, reload: list.reload }} />
    ${shown && html`<${Statement} one=${shown} close=${() => show(null)} />`}
  <//>`;
}

function aboutWhat({ kind, statement, tables }) {
  if (kind === "addendum") {
    const key = `proof.adds-${statement.facts.what}`;
    return has(key) ? t(key) : statement.facts.what;
  }
  if (kind === "signOff") return t("proof.coversSeals", { count: statement.facts.covers.length });
  return listed(Object.entries(tables).map(([name, count]) => t(has(`proof.rows-${name}`) ? `proof.rows-${name}` : "proof.rows", { count, name })));
}

/** Everything that is stored, held against the seals: now, by this product. A pack can be checked without it. */
function Check({ review }) {
  const [found, setFound] = useState({});
  const check = async () => {
    setFound({ busy: true });
    try {
      setFound({ data: await get(`/api/v1/reviews/${review.id}/seals/check`) });
    } catch (error) {
      setFound({ error });
    }
  };
  const { data, error, busy } = found;
  const close = () => setFound({});
  return html`<${Button} icon="shield-check" busy=${busy} onClick=${check}>${t("proof.check")}<//>
    ${data && html`<${Dialog} title=${t("proof.checked")} close=${close}><div class="stack">
      <${Notice} tone=${data.consistent ? "approve" : "deny"} title=${t(data.consistent ? "proof.consistent" : "proof.inconsistent", { count: data.problems.length })}>
        ${t("proof.checkedWhat", { count: data.seals, rows: data.rows })}<//>
      ${!data.consistent && html`<ul>${data.problems.map((one) => html`<li key=${one}>${one}</li>`)}</ul>`}</div><//>`}
    ${error && html`<${Dialog} title=${t("proof.checked")} close=${close}><${Notice} tone="deny">${explained(error)}<//><//>`}`;
}

function Statement({ one, close }) {
  const roots = Object.entries(one.statement.tables || {});
  const hash = (value) => html`<code class="hash breakable">${value}</code>`;
  return html`<${Dialog} wide title=${t("proof.statementTitle", { number: number(one.sequence), what: t(`proof.seal-${one.kind}`) })} close=${close}><div class="stack">
    <${Facts} rows=${[
      [t("proof.sealedAt"), html`<${When} at=${one.madeDateTime}>${moment(one.madeDateTime)}<//>`],
      ...roots.map(([name, table]) => [t("proof.root", { table: t(has(`proof.table-${name}`) ? `proof.table-${name}` : "proof.table", { name }) }), html`${t("proof.rowsOf", { count: table.count })}<br />${hash(table.root)}`]),
      [t("proof.hash"), hash(one.statementHash)],
      [t("proof.chainedTo"), one.sequence > 1 ? t("proof.numberIs", { number: number(one.sequence - 1) }) : t("proof.first")],
      [t("proof.chain"), hash(one.chain)],
      [t("proof.signedWith"), hash(one.fingerprint)],
    ]} />
    <${Copied} label=${t("proof.checkpoint")} text=${one.checkpoint} />
    <${Copied} wrap label=${t("proof.signature")} text=${one.signature} />
    <details class="disclosed"><summary>${t("proof.whole")}</summary><pre class="proof-text">${JSON.stringify(one.statement, null, 2)}</pre></details>
  </div><//>`;
}

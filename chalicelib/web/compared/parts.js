// What a comparison says, for a running review and for its evidence: sentences by right, and the two lists.
import { Button, Person, Skeleton, Tag, When } from "../kit/base.js";
import { DataTable, Section } from "../kit/layout.js";
import { Empty, ErrorNote, Notice } from "../kit/telling.js";
import { moment } from "../lib/dates.js";
import { useGet, usePages } from "../lib/hooks.js";
import { html } from "../lib/html.js";
import { t } from "../lib/texts.js";
import { Acts } from "./acts.js";

const pathOf = (id, side) => `/api/v1/reviews/${id}/comparison${side ? `?difference=${side}` : ""}`;

/** Said once above a running review, when outside and here differ or something could not be read. */
export function ComparisonNotice({ review }) {
  const { data } = useGet(review.counts ? pathOf(review.id) : "");
  if (!data?.comparedDateTime) return null;
  const { missing, extra, notCompared } = data;
  const show = html`<${Button} href="/admin/reviews/${review.id}?tab=comparison">${t("compared.show")}<//>`;
  const told = [missing && t("compared.differMissing", { count: missing }), extra && t("compared.differExtra", { count: extra })].filter(Boolean);
  if (!told.length && !notCompared) return null;
  return html`<div class="attention">${told.length > 0 && html`<${Notice} tone="unsure" icon="scale" title=${t("compared.differTitle")} action=${show}>${told.join(" ")}<//>`}
    ${notCompared > 0 && html`<${Notice} tone="unsure" icon="cloud-off" title=${t("compared.unreadTitle", { count: notCompared })} action=${!told.length && show}>${t("compared.unreadWhy")}<//>`}</div>`;
}

/** The whole comparison; with `act` its differences can be settled, without it they are proof. */
export function Comparison({ review, act = false }) {
  const { data, error, reload } = useGet(pathOf(review.id));
  if (error && !data) return html`<${ErrorNote} error=${error} retry=${reload} />`;
  if (!data) return html`<${Skeleton} rows=${3} />`;
  if (!data.comparedDateTime) return html`<${Empty} icon="scale" title=${t("compared.none")}>${t("compared.noneWhy")}<//>`;
  return html`<div class="stack-40">
    <div class="stack"><p class="muted prose">${t("compared.note")}</p>${data.targets.map((one) => html`<${Target} key=${one.number} one=${one} />`)}</div>
    ${data.missing > 0 && html`<${Side} side="missing" count=${data.missing} review=${review} targets=${data.targets} act=${act} />`}
    ${data.extra > 0 && html`<${Side} side="extra" count=${data.extra} review=${review} targets=${data.targets} act=${act} />`}
  </div>`;
}

/** The comparison as a part of a closed review's evidence; nothing for a review that has none. */
export function Completeness({ review }) {
  const { data } = useGet(pathOf(review.id));
  if (!data?.comparedDateTime) return null;
  return html`<${Section} title=${t("compared.title")}><${Comparison} review=${review} /><//>`;
}

function Target({ one }) {
  const differs = one.missing + one.extra > 0;
  const [tone, icon] = one.problem ? ["deny", "cloud-off"] : differs ? ["unsure", "triangle-alert"] : ["approve", "circle-check"];
  const name = t("compared.target", { resource: one.resource.displayName, connection: one.connection.displayName });
  return html`<div class="compared-target"><span class="compared-name"><strong>${name}</strong>
      <span class="muted small">${one.role} · <${When} at=${one.asOfDateTime}>${t("compared.asOf", { when: moment(one.asOfDateTime) })}<//></span></span>
    <${Tag} tone=${tone} icon=${icon}>${one.problem ? t("compared.notCompared") : t(differs ? "compared.differs" : "compared.same")}<//>
    <p class="compared-words">${one.problem || sentences(one)}</p></div>`;
}

function sentences({ members, matched, heldOtherwise, missing, extra }) {
  if (!missing && !extra && !heldOtherwise) return t("compared.complete", { count: members });
  return [
    t("compared.counted", { count: members, matched }),
    heldOtherwise && t("compared.otherwise", { count: heldOtherwise }),
    missing && t("compared.differMissing", { count: missing }),
    extra && t("compared.differExtra", { count: extra }),
  ].filter(Boolean).join(" ");
}

function Side({ side, count, review, targets, act }) {
  const list = usePages(pathOf(review.id, side));
  const columns = [
    { id: "who", title: t("compared.who"), wide: true, cell: (row) => html`<${Who} row=${row} />` },
    side === "missing" && { id: "known", title: t("compared.known"), cell: (row) => row.person ? row.person.displayName || t("compared.unnamed") : html`<span class="faint">${t("compared.nobody")}</span>` },
    targets.length > 1 && { id: "where", title: t("compared.where"), cell: (row) => targets[row.target].resource.displayName },
    { id: "state", title: t("compared.state"), cell: (row) => html`<${State} row=${row} />` },
    act && { id: "act", title: html`<span class="unseen">${t("compared.settled")}</span>`, right: true, cell: (row) => html`<${Acts} row=${row} name=${nameOf(row)} review=${review} targets=${targets} done=${list.reload} />` },
  ].filter(Boolean);
  return html`<${Section} title=${t(`compared.${side}`, { count })} note=${t(`compared.${side}${act ? "Why" : "Proof"}`)}>
    <${DataTable} caption=${t(`compared.${side}`, { count })} list=${list} columns=${columns} keyOf=${(row) => `${row.target} ${row.member?.key || row.assignment?.id || row.person?.id}`} /><//>`;
}

const nameOf = ({ member, person }) => person?.displayName || member?.displayName || member?.userPrincipalName || member?.key || t("compared.unnamed");

const Who = ({ row }) => html`<${Person} id=${row.person?.id || row.member?.key} name=${(row.member && (row.member.displayName || row.member.userPrincipalName || row.member.key)) || nameOf(row)}
  detail=${row.member?.userPrincipalName || row.person?.userPrincipalName} />`;

const State = ({ row }) => row.settled
  ? html`<${Tag} tone="approve" icon="check">${t(`compared.settled-${row.difference}`)}<//>`
  : html`<${Tag} tone="unsure" icon="triangle-alert">${t(`compared.open-${row.difference}`)}<//>`;

// What reviews took from one person: what can still be given back, and the denials that stand.
import { Button, Tag, When } from "../kit/base.js";
import { TextArea } from "../kit/fields.js";
import { Confirm } from "../kit/floating.js";
import { DataTable, Section } from "../kit/layout.js";
import { toast } from "../kit/telling.js";
import { post } from "../lib/api.js";
import { longDay, until } from "../lib/dates.js";
import { useGet } from "../lib/hooks.js";
import { html, useState } from "../lib/html.js";
import { Link } from "../lib/router.js";
import { t } from "../lib/texts.js";
import { LONGEST } from "./answers.js";
import { DeniedBy } from "./confirm.js";
import { Restore } from "./restore.js";

/** Both lists; nothing at all where there is nothing to say. `done` runs after access was given back. */
export function TakenAway({ id, done }) {
  const removals = useGet(`/api/v1/people/${id}/removals`);
  const denials = useGet(`/api/v1/people/${id}/denials`);
  const taken = removals.data?.value || [];
  const lately = new Set(taken.map((one) => one.itemId));
  const standing = (denials.data?.value || []).filter((one) => !lately.has(one.itemId));
  const again = () => (removals.reload(), denials.reload(), done());
  return html`${taken.length > 0 && html`<${Section} title=${t("guards.taken")} note=${t("guards.takenNote")}>
      <${DataTable} caption=${t("guards.taken")} list=${{ rows: taken }} columns=${takenColumns(again)} keyOf=${(one) => one.itemId} /><//>`}
    ${standing.length > 0 && html`<${Section} title=${t("guards.denials")} note=${t("guards.denialsNote")}>
      <${DataTable} caption=${t("guards.denials")} list=${{ rows: standing }} columns=${denialColumns(id, denials.reload)} keyOf=${(one) => one.accessPackage.id} /><//>`}`;
}

const packageCell = (one) => html`<span class="person-words"><${Link} href="/admin/packages/${one.accessPackage.id}" class="quiet-link strong">${one.accessPackage.displayName}<//>
  <${Link} href="/admin/reviews/${one.reviewId}?tab=results" class="person-detail quiet-link">${one.reviewName}<//></span>`;
const reasonCell = (one) => one.denied.justification || html`<span class="faint">${t(one.denied.byRule ? "guards.noAnswer" : "guards.noReason")}</span>`;

const takenColumns = (again) => [
  { id: "package", title: t("guards.package"), cell: packageCell },
  { id: "by", title: t("guards.deniedBy"), cell: (one) => html`<${DeniedBy} denied=${one.denied} />` },
  { id: "reason", title: t("guards.reason"), wide: true, cell: reasonCell },
  { id: "act", title: t("guards.undo"), cell: (one) => html`<${Undo} one=${one} again=${again} />` },
];

function Undo({ one, again }) {
  if (one.restored) return html`<${Tag} tone="approve" icon="undo-2">${t("guards.givenBack")}<//>`;
  if (!one.restorable) return html`<span class="muted small">${one.message}</span>`;
  return html`<span class="stack-8"><${Restore} review=${one.reviewId} item=${one.itemId} done=${again} />
    ${one.restorableUntilDateTime && html`<span class="muted small">${t("guards.left", { until: until(one.restorableUntilDateTime) })}</span>`}</span>`;
}

const denialColumns = (person, reload) => [
  { id: "package", title: t("guards.package"), cell: packageCell },
  { id: "since", title: t("guards.since"), cell: (one) => html`<${When} at=${one.since}>${longDay(one.since)}<//>` },
  { id: "reason", title: t("guards.reason"), wide: true, cell: reasonCell },
  { id: "act", title: t("guards.lift"), cell: (one) => one.liftable && html`<${Lift} person=${person} one=${one} done=${reload} />` },
];

function Lift({ person, one, done }) {
  const [open, setOpen] = useState(false);
  const [reason, setReason] = useState("");
  const act = async () => {
    await post(`/api/v1/people/${person}/denials/${one.accessPackage.id}/lift`, { reason: reason.trim() });
    toast(t("guards.lifted"));
    done();
  };
  return html`<${Button} small aria-haspopup="dialog" onClick=${() => setOpen(true)}>${t("guards.lift")}<//>
    ${open && html`<${Confirm} title=${t("guards.liftTitle")} label=${t("guards.liftDo")} act=${act} close=${() => setOpen(false)} disabled=${!reason.trim()}>
      <p class="consequence">${t("guards.liftWords", { package: one.accessPackage.displayName })}</p>
      <${TextArea} label=${t("guards.why")} help=${t("guards.whyHelp")} maxlength=${LONGEST} value=${reason} onInput=${setReason} /><//>`}`;
}

// What happened to a review, newest first: the audit log of this one thing, told as there.
import { Button, Skeleton } from "../kit/base.js";
import { Empty, ErrorNote } from "../kit/telling.js";
import { usePages } from "../lib/hooks.js";
import { html } from "../lib/html.js";
import { t } from "../lib/texts.js";
import { Days } from "../audit/log.js";

const BEFORE = 86_400_000; // events of the opening bear its planned moment

export function Trail({ review }) {
  const from = new Date(Date.parse(review.startDateTime) - BEFORE).toISOString().replace(/\.\d+/, "");
  const list = usePages(`/api/v1/audit?target=${review.id}&from=${encodeURIComponent(from)}`);
  if (list.error?.status === 403) return html`<${Empty} icon="scroll-text" title=${t("running.noTrail")}>${t("running.noTrailWhy")}<//>`;
  if (list.error && !list.rows.length) return html`<${ErrorNote} error=${list.error} retry=${list.reload} />`;
  if (list.loading && !list.rows.length) return html`<div aria-busy="true"><${Skeleton} rows=${5} height=${52} /></div>`;
  return html`<div class="stack-24"><div class="between"><p class="muted prose">${t("running.trailNote")}</p>
    <${Button} small href="/audit?target=${review.id}">${t("running.wholeLog")}<//></div><${Days} list=${list} /></div>`;
}

// The removals of all reviews that want something of an administrator: made by no connector, or undone.
import { PageHead, Tabs } from "../kit/layout.js";
import { Empty } from "../kit/telling.js";
import { usePages } from "../lib/hooks.js";
import { html } from "../lib/html.js";
import { useMe } from "../lib/me.js";
import { useQuery } from "../lib/router.js";
import { t } from "../lib/texts.js";
import { Rows } from "./seen.js";

const KINDS = ["person", "regranted"];

export default function Removals() {
  const { needs = KINDS[0] } = useQuery();
  const chosen = KINDS.includes(needs) ? needs : KINDS[0];
  const tabs = KINDS.map((one) => ({ id: one, label: t(`removals.needs-${one}`), href: `/admin/removals?needs=${one}` }));
  return html`<div class="page">
    <${PageHead} title=${t("removals.title")} lede=${t("removals.lede")} />
    <${Tabs} tabs=${tabs} current=${chosen} label=${t("removals.kinds")} />
    <${Those} key=${chosen} needs=${chosen} />
  </div>`;
}

function Those({ needs }) {
  const list = usePages(`/api/v1/removals?needs=${needs}`);
  const empty = html`<${Empty} icon="check" title=${t(`removals.none-${needs}`)}>${t(`removals.none-${needs}-why`)}<//>`;
  return html`<div class="stack"><p class="prose muted">${t(`removals.needs-${needs}-why`)}</p><${Rows} list=${list} may=${useMe().manages} across empty=${empty} /></div>`;
}

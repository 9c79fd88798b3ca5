// "/admin/provisioning": the identity providers that keep people and groups here, and how one is connected.
import { Button, Icon, Tag, When } from "../kit/base.js";
import { Menu } from "../kit/floating.js";
import { DataTable, PageHead } from "../kit/layout.js";
import { Empty } from "../kit/telling.js";
import { ago, longDay, now, until } from "../lib/dates.js";
import { useGet } from "../lib/hooks.js";
import { html, useState } from "../lib/html.js";
import { useMe } from "../lib/me.js";
import { t } from "../lib/texts.js";
import { Connect, Delete, Renew } from "./dialogs.js";
import { Guide } from "./guide.js";

const CLIENTS = "/api/v1/provisioning-clients";
const SOON_DAYS = 30;

export default function Provisioning() {
  const me = useMe();
  const { data, error, loading, reload } = useGet(CLIENTS);
  const [doing, setDoing] = useState(null);
  const close = () => (setDoing(null), reload());
  const rows = data?.value || [];
  const connect = me.administrator && html`<${Button} kind="primary" icon="plus" onClick=${() => setDoing({ act: "connect" })}>${t("provisioning.connect")}<//>`;
  return html`<div class="page">
    <${PageHead} title=${t("provisioning.title")} lede=${t("provisioning.lede")} actions=${rows.length > 0 && connect} />
    <${DataTable} caption=${t("provisioning.caption")} list=${{ rows, error, loading, reload }} columns=${columns(me, setDoing)}
      empty=${html`<${Empty} icon="users" title=${t("provisioning.none")} action=${connect}>${t("provisioning.noneWhy")}<//>`} />
    <${Guide} address=${rows[0]?.address} />
    ${doing?.act === "connect" && html`<${Connect} close=${close} />`}
    ${doing?.act === "renew" && html`<${Renew} client=${doing.client} close=${close} />`}
    ${doing?.act === "delete" && html`<${Delete} client=${doing.client} close=${close} />`}
  </div>`;
}

const columns = (me, setDoing) => [
  { id: "name", title: t("provisioning.client"), wide: true, cell: (one) => html`<span class="provider"><span class="provider-icon" aria-hidden="true"><${Icon} name="users" size=${20} /></span>
    <span class="person-words"><span class="strong">${one.displayName}</span><span class="person-detail">${t("provisioning.since", { day: longDay(one.createdDateTime) })}</span></span></span>` },
  { id: "used", title: t("provisioning.lastUse"), cell: (one) => one.lastUsedDateTime
    ? html`<${When} at=${one.lastUsedDateTime}>${ago(one.lastUsedDateTime)}<//>` : html`<span class="muted">${t("provisioning.never")}</span>` },
  { id: "token", title: t("provisioning.token"), cell: (one) => html`<${Token} client=${one} />` },
  me.administrator && { id: "act", title: t("provisioning.actions"), cell: (one) => html`<${Menu} small label=${t("provisioning.actionsOf", { name: one.displayName })} items=${[
    { label: t("provisioning.renew"), icon: "refresh-cw", act: () => setDoing({ act: "renew", client: one }) },
    { label: t("provisioning.delete"), icon: "trash", danger: true, act: () => setDoing({ act: "delete", client: one }) },
  ]} />` },
].filter(Boolean);

/** When the token ends, and how long the one before it still works. */
function Token({ client }) {
  const ends = client.tokenExpirationDateTime;
  const left = ends ? (new Date(ends) - now()) / 86_400_000 : Infinity;
  const tone = left <= 0 ? "deny" : left <= SOON_DAYS ? "unsure" : "plain";
  return html`<span class="token-state">${tone === "plain"
    ? html`<span>${ends ? html`<${When} at=${ends}>${t("provisioning.ends", { when: longDay(ends) })}<//>` : t("provisioning.endless")}</span>`
    : html`<${Tag} tone=${tone} icon="clock-alert">${t(left <= 0 ? "provisioning.ended" : "provisioning.endsSoon", { until: until(ends) })}<//>`}
    ${client.previousTokenEndDateTime && new Date(client.previousTokenEndDateTime) > now() && html`<span class="person-detail">${t("provisioning.previous", { until: until(client.previousTokenEndDateTime) })}</span>`}</span>`;
}

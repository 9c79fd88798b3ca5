// "/admin/connectors": the systems that are connected, how the last try of each ended, and what lies in them.
import { Button } from "../kit/base.js";
import { DataTable, PageHead } from "../kit/layout.js";
import { Empty } from "../kit/telling.js";
import { useGet } from "../lib/hooks.js";
import { html } from "../lib/html.js";
import { useMe } from "../lib/me.js";
import { Link, navigate } from "../lib/router.js";
import { t } from "../lib/texts.js";
import { CONNECTORS, HOME, KindIcon, kindName, State } from "./words.js";

export default function Connectors() {
  const me = useMe();
  const { data, error, loading, reload } = useGet(CONNECTORS);
  const { data: kinds } = useGet(me.administrator ? `${CONNECTORS}/kinds` : "");
  const rows = (data?.value || []).filter((one) => !one.builtIn);
  const add = me.administrator && html`<${Button} kind="primary" icon="plus" href="${HOME}/new">${t("connectors.add")}<//>`;
  const columns = [
    { id: "name", title: t("connectors.name"), wide: true, cell: (one) => html`<span class="connector-name"><${KindIcon} kind=${one.kind} />
      <span class="person-words"><${Link} href="${HOME}/${one.name}" class="quiet-link strong">${one.displayName}<//><span class="person-detail">${one.name}</span></span></span>` },
    { id: "kind", title: t("connectors.kind"), cell: (one) => kindName(kinds, one.kind) },
    { id: "used", title: t("connectors.used"), cell: (one) => one.resourceCount ? t("connectors.resources", { count: one.resourceCount }) : html`<span class="muted">${t("connectors.unused")}</span>` },
    { id: "state", title: t("connectors.state"), cell: (one) => html`<${State} connector=${one} />` },
  ];
  return html`<div class="page">
    <${PageHead} title=${t("connectors.title")} lede=${t("connectors.lede")} actions=${rows.length > 0 && add} />
    <${DataTable} caption=${t("connectors.caption")} list=${{ rows, error, loading, reload }} columns=${columns} onRow=${(one) => navigate(`${HOME}/${one.name}`)}
      empty=${html`<${Empty} icon="link" title=${t("connectors.none")} action=${add}>${t("connectors.noneWhy")}<//>`} />
  </div>`;
}

// The catalogs: what each holds, and making one.
import { Button, Icon } from "../kit/base.js";
import { SearchInput } from "../kit/fields.js";
import { DataTable, PageHead } from "../kit/layout.js";
import { Empty } from "../kit/telling.js";
import { html, useState } from "../lib/html.js";
import { usePages, useStill } from "../lib/hooks.js";
import { useMe } from "../lib/me.js";
import { located } from "../lib/place.js";
import { Link, navigate } from "../lib/router.js";
import { number, t } from "../lib/texts.js";
import { EM } from "./draft.js";
import { EditCatalog } from "./editing.js";
import { Places } from "./packages.js";

export default function Catalogs() {
  const me = useMe();
  const [text, setText] = useState("");
  const [making, setMaking] = useState(false);
  const still = useStill(text.trim());
  const filter = still ? `&$filter=${encodeURIComponent(`contains(displayName,'${still.replaceAll("'", "''")}')`)}` : "";
  const list = usePages(`${EM}/catalogs?$top=25&$orderby=displayName&$expand=accessPackages($select=id)${filter}`);
  return html`<div class="page">
    <${PageHead} title=${t("packages.catalogs")} lede=${t("packages.catalogsLede")} actions=${me.creates && html`<${Button} kind="primary" icon="plus" onClick=${() => setMaking(true)}>${t("packages.newCatalog")}<//>`} />
    <${Places} current="catalogs" />
    <div class="stack-24">
      <${SearchInput} label=${t("packages.searchCatalogs")} value=${text} onInput=${setText} />
      <${DataTable} caption=${t("packages.catalogs")} columns=${columns()} list=${list} onRow=${(one) => navigate(`/admin/catalogs/${one.id}`)}
        empty=${html`<${Empty} icon=${still ? "search" : "folders"} title=${still ? t("packages.noCatalogFound", { text: still }) : t("packages.noCatalogs")}>${t("packages.noCatalogsHelp")}<//>`} />
    </div>
    ${making && html`<${EditCatalog} close=${(made) => (setMaking(false), made && opened(made, me))} />`}
  </div>`;
}

/** Whoever is no administrator became its owner: a page loaded anew asks who we are now. */
const opened = (made, me) => (me.administrator ? navigate(`/admin/catalogs/${made.id}`) : location.assign(located(`/admin/catalogs/${made.id}`)));

const columns = () => [
  { id: "name", title: t("packages.name"), wide: true, cell: (one) => html`<span class="named"><span class="named-icon"><${Icon} name="folder" /></span><span class="person-words">
      <${Link} href="/admin/catalogs/${one.id}" class="person-name">${one.displayName}<//>${one.description && html`<span class="person-detail clip-2">${one.description}</span>`}</span></span>` },
  { id: "packages", title: t("packages.title"), right: true, cell: (one) => number(one.accessPackages.length) },
];

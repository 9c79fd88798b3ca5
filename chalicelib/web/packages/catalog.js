// One catalog: its packages and its resources, of which packages give roles.
import { Button, Icon, Skeleton, Tag } from "../kit/base.js";
import { Confirm, Menu } from "../kit/floating.js";
import { DataTable, PageHead, Section } from "../kit/layout.js";
import { Empty, ErrorNote, explained, NotFound, toast } from "../kit/telling.js";
import { post, put } from "../lib/api.js";
import { html, useState } from "../lib/html.js";
import { useGet, usePages } from "../lib/hooks.js";
import { useMe } from "../lib/me.js";
import { Link, navigate } from "../lib/router.js";
import { list as listed, t } from "../lib/texts.js";
import { ControlOwner } from "../proof/owner.js";
import { DeleteCatalog } from "./deleting.js";
import { EM } from "./draft.js";
import { EditCatalog } from "./editing.js";
import { ICONS } from "./gives.js";
import { CoverageTag, useCoverage } from "./packages.js";
import { AddResource } from "./resource.js";
import { manages, owns } from "./rights.js";

export default function Catalog({ id }) {
  const me = useMe();
  const loaded = useGet(`${EM}/catalogs/${id}`);
  const [asking, setAsking] = useState("");
  const packages = usePages(`${EM}/accessPackages?$top=25&$filter=${encodeURIComponent(`catalog/id eq '${id}'`)}`);
  const catalog = loaded.data;
  if (loaded.error?.status === 404) return html`<div class="page"><${NotFound} /></div>`;
  if (loaded.error && !catalog) return html`<div class="page"><${ErrorNote} error=${loaded.error} retry=${loaded.reload} /></div>`;
  if (!catalog) return html`<div class="page"><${PageHead} crumbs=${CRUMBS()} title=${t("packages.catalog")} /><${Skeleton} rows=${4} /></div>`;
  const mine = owns(me, id);
  const fixed = catalog.catalogType !== "userManaged";
  const add = manages(me, id) && html`<${Button} icon="plus" href="/admin/packages/new?catalog=${id}">${t("packages.newPackage")}<//>`;
  return html`<div class="page">
    <${PageHead} crumbs=${CRUMBS()} title=${catalog.displayName} lede=${catalog.description}
      actions=${mine && html`<${Button} icon="pencil" onClick=${() => setAsking("edit")}>${t("packages.edit")}<//>
        ${!fixed && html`<${Menu} label=${t("packages.moreActions")} items=${[{ label: t("packages.deleteCatalog"), icon: "trash", danger: true, act: () => setAsking("delete") }]} />`}`} />
    <div>
      <${Section} title=${t("packages.title")} note=${t("packages.packagesOfCatalog")} actions=${packages.rows.length > 0 && add}><${PackagesOf} list=${packages} add=${add} /><//>
      <${Resources} catalog=${catalog} mine=${mine} />
      <${ControlOwner} of="catalogs" id=${id} />
    </div>
    ${asking === "edit" && html`<${EditCatalog} catalog=${catalog} close=${(done) => (setAsking(""), done && loaded.reload())} />`}
    ${asking === "delete" && html`<${DeleteCatalog} catalog=${catalog} close=${(done) => (setAsking(""), done && navigate("/admin/catalogs"))} />`}
  </div>`;
}

const CRUMBS = () => [{ href: "/admin/catalogs", label: t("packages.catalogs") }];

function PackagesOf({ list, add }) {
  const coverage = useCoverage(list.rows);
  const columns = [
    { id: "name", title: t("packages.name"), wide: true, cell: (one) => html`<span class="named"><span class="named-icon"><${Icon} name="package" /></span><span class="person-words">
        <${Link} href="/admin/packages/${one.id}" class="person-name">${one.displayName}<//>${one.description && html`<span class="person-detail clip-2">${one.description}</span>`}</span></span>` },
    { id: "reviews", title: t("packages.reviews"), cell: (one) => html`<${CoverageTag} found=${coverage.get(one.id)} />` },
    { id: "people", title: t("packages.peopleColumn"), right: true, cell: (one) => coverage.get(one.id)?.people ?? "" },
  ];
  return html`<${DataTable} caption=${t("packages.packagesOfCatalog")} columns=${columns} list=${list} onRow=${(one) => navigate(`/admin/packages/${one.id}`)}
    empty=${html`<${Empty} icon="package" title=${t("packages.catalogEmpty")} action=${add}>${t("packages.catalogEmptyHelp")}<//>`} />`;
}

const KEEPS = "@accessReviews.keepsOne";

function Resources({ catalog, mine }) {
  const list = usePages(`${EM}/catalogs/${catalog.id}/resources?$top=50&$expand=roles`);
  const [asking, setAsking] = useState(null);
  const remove = async () => {
    await post(`${EM}/resourceRequests`, { requestType: "adminRemove", catalog: { id: catalog.id }, resource: { id: asking.id } });
    toast(t("packages.resourceRemoved", { name: asking.displayName }));
  };
  const done = (yes) => (setAsking(null), yes && list.reload());
  const keep = async (one) => {
    try {
      await put(`/api/v1/resources/${one.id}/keeps-one`, { keepsOne: !one[KEEPS] });
      list.reload();
    } catch (problem) {
      toast(explained(problem), { tone: "deny" });
    }
  };
  const add = mine && html`<${Button} icon="plus" onClick=${() => setAsking("add")}>${t("packages.addResource")}<//>`;
  const columns = [
    { id: "name", title: t("packages.name"), wide: true, cell: (one) => html`<span class="named"><span class="named-icon"><${Icon} name=${ICONS[one.originSystem] || "key-round"} /></span>
        <span class="person-words"><span class="person-name">${one.displayName}</span><span class="person-detail">${t(`packages.kind_${one.originSystem}`)}</span></span>
        ${one[KEEPS] && html`<${Tag} icon="shield-check" title=${t("packages.keepsOneWhy")}>${t("packages.keepsOne")}<//>`}</span>` },
    { id: "roles", title: t("packages.roles"), cell: (one) => html`<span class="muted">${listed((one.roles || []).map((role) => role.displayName))}</span>` },
    { id: "connector", title: t("packages.connector"), hidePhone: true, cell: (one) => html`<span class="muted">${one["@accessReviews.connector"] === "recorded" ? t("packages.byHand") : one["@accessReviews.connector"]}</span>` },
    mine && { id: "act", title: t("packages.actions"), right: true, cell: (one) => html`<${Button} kind="quiet" small title=${t("packages.keepsOneWhy")} onClick=${() => keep(one)}>${t(one[KEEPS] ? "packages.keepNone" : "packages.keepOne")}<span class="unseen"> ${one.displayName}</span><//>
      <${Button} kind="quiet" small onClick=${() => setAsking(one)}>${t("packages.remove")}<span class="unseen"> ${one.displayName}</span><//>` },
  ].filter(Boolean);
  return html`<${Section} title=${t("packages.resources")} note=${t("packages.resourcesNote")} actions=${list.rows.length > 0 && add}>
    <${DataTable} caption=${t("packages.resources")} columns=${columns} list=${list} empty=${html`<${Empty} icon="key-round" title=${t("packages.noResources")} action=${add}>${t("packages.noResourcesHelp")}<//>`} />
    ${asking === "add" && html`<${AddResource} catalog=${catalog} close=${done} />`}
    ${asking?.id && html`<${Confirm} danger title=${t("packages.removeResourceTitle", { name: asking.displayName })} label=${t("packages.removeResource")} act=${remove} close=${done}>
      <p>${t("packages.removeResourceConsequence", { count: (asking.roles || []).length })}</p><//>`}
  <//>`;
}

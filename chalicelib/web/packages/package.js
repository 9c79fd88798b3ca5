// One access package: what it gives and how it is reviewed; who has it; its reviews.
import { Button, Skeleton } from "../kit/base.js";
import { Menu } from "../kit/floating.js";
import { PageHead, Tabs } from "../kit/layout.js";
import { ErrorNote, NotFound } from "../kit/telling.js";
import { get } from "../lib/api.js";
import { html, useState } from "../lib/html.js";
import { useGet, useLoad } from "../lib/hooks.js";
import { useMe } from "../lib/me.js";
import { navigate, useQuery } from "../lib/router.js";
import { t } from "../lib/texts.js";
import { ControlOwner } from "../proof/owner.js";
import { Assignments } from "./assignments.js";
import { DeletePackage } from "./deleting.js";
import { EM } from "./draft.js";
import { EditPackage } from "./editing.js";
import { Gives } from "./gives.js";
import { Incompatible } from "./incompatible.js";
import { Policies } from "./policies.js";
import { Reviews } from "./reviews.js";
import { assigns, looksInside, manages } from "./rights.js";

export default function Package({ id }) {
  const me = useMe();
  const { tab = "about" } = useQuery();
  const [asking, setAsking] = useState("");
  const loaded = useLoad((signal) => get(`${EM}/accessPackages/${id}?$expand=catalog,assignmentPolicies`, { signal }), [id]);
  const packed = loaded.data;
  const inside = packed && looksInside(me, packed.catalog.id, id);
  const coverage = useGet(packed && me.reads ? `/api/v1/coverage?counts=true&accessPackageIds=${id}` : "");
  if (loaded.error?.status === 404) return html`<div class="page"><${NotFound} /></div>`;
  if (loaded.error && !packed) return html`<div class="page"><${ErrorNote} error=${loaded.error} retry=${loaded.reload} /></div>`;
  if (!packed) return html`<div class="page"><${PageHead} crumbs=${crumbs()} title=${t("packages.package")} /><${Skeleton} rows=${4} /></div>`;
  const mine = manages(me, packed.catalog.id, id);
  const rows = coverage.data?.value;
  const people = rows?.every((one) => one.liveAssignments !== undefined) ? rows.reduce((sum, one) => sum + one.liveAssignments, 0) : undefined;
  const again = () => (loaded.reload(), coverage.reload());
  const here = (name) => `/admin/packages/${id}${name === "about" ? "" : `?tab=${name}`}`;
  return html`<div class="page">
    <${PageHead} crumbs=${crumbs(packed.catalog)} title=${packed.displayName} lede=${packed.description}
      actions=${mine && html`<${Button} icon="pencil" onClick=${() => setAsking("edit")}>${t("packages.edit")}<//>
        <${Menu} label=${t("packages.moreActions")} items=${[{ label: t("packages.deletePackage"), icon: "trash", danger: true, act: () => setAsking("delete") }]} />`} />
    <${Tabs} label=${t("packages.parts")} current=${tab} tabs=${[
      { id: "about", label: t("packages.tabAbout"), href: here("about") },
      inside && { id: "assignments", label: t("packages.tabAssignments"), href: here("assignments"), count: people },
      { id: "reviews", label: t("packages.tabReviews"), href: here("reviews") },
    ]} />
    ${tab === "about" && html`<div>
      <${Policies} packed=${packed} rows=${rows} mine=${mine} me=${me} />
      ${inside && html`<${Gives} packed=${packed} people=${people} mine=${mine} /><${Incompatible} packed=${packed} mine=${mine} /><${ControlOwner} of="access-packages" id=${id} />`}
    </div>`}
    ${tab === "assignments" && inside && html`<${Assignments} packed=${packed} mayAssign=${assigns(me, packed.catalog.id, id)} changed=${coverage.reload} />`}
    ${tab === "reviews" && html`<${Reviews} packed=${packed} />`}
    ${asking === "edit" && html`<${EditPackage} packed=${packed} close=${(done) => (setAsking(""), done && again())} />`}
    ${asking === "delete" && html`<${DeletePackage} packed=${packed} close=${(done) => (setAsking(""), done && navigate("/admin/packages"))} />`}
  </div>`;
}

const crumbs = (catalog) => [
  { href: "/admin/packages", label: t("packages.title") },
  ...(catalog?.displayName ? [{ href: `/admin/catalogs/${catalog.id}`, label: catalog.displayName }] : []),
];

// Deleting a policy, a package or a catalog: what it would do, in numbers, before it is done.
import { Confirm } from "../kit/floating.js";
import { Notice, toast } from "../kit/telling.js";
import { Skeleton } from "../kit/base.js";
import { del, get } from "../lib/api.js";
import { html } from "../lib/html.js";
import { useGet, useLoad } from "../lib/hooks.js";
import { Link } from "../lib/router.js";
import { t } from "../lib/texts.js";
import { EM } from "./draft.js";

const COUNTED = (packageId) => `/api/v1/coverage?counts=true&accessPackageIds=${packageId}`;

/** Delete a policy nobody has an assignment through. `close(done)`. */
export function DeletePolicy({ policy, packed, close }) {
  const coverage = useGet(COUNTED(packed.id));
  const row = coverage.data?.value.find((one) => one.assignmentPolicy?.id === policy.id);
  const held = row?.liveAssignments ?? 0;
  const act = async () => {
    await del(`${EM}/assignmentPolicies/${policy.id}`);
    toast(t("packages.policyDeleted", { name: policy.displayName }));
  };
  return html`<${Confirm} danger title=${t("packages.deletePolicyTitle", { name: policy.displayName })} label=${t("packages.deletePolicy")} act=${act} close=${close} disabled=${!row || held > 0}>
    ${!row ? html`<${Skeleton} lines=${2} />` : held > 0 ? html`<${Blocked} count=${held} packed=${packed} close=${close} />`
      : html`<p>${t("packages.deletePolicyConsequence")}</p><p>${t(row.coverage === "reviewed" ? "packages.deletePolicyReviews" : "packages.deletePolicyNoReviews")}</p>`}
  <//>`;
}

/** Delete a package, with its policies, when nobody holds it. */
export function DeletePackage({ packed, close }) {
  const coverage = useGet(COUNTED(packed.id));
  const rows = coverage.data?.value;
  const held = (rows || []).reduce((sum, one) => sum + (one.liveAssignments || 0), 0);
  const policies = (rows || []).filter((one) => one.assignmentPolicy);
  const act = async () => {
    await del(`${EM}/accessPackages/${packed.id}`);
    toast(t("packages.packageDeleted", { name: packed.displayName }));
  };
  return html`<${Confirm} danger title=${t("packages.deletePackageTitle", { name: packed.displayName })} label=${t("packages.deletePackage")} act=${act} close=${close} disabled=${!rows || held > 0}>
    ${!rows ? html`<${Skeleton} lines=${2} />` : held > 0 ? html`<${Blocked} count=${held} packed=${packed} close=${close} />`
      : html`<p>${t("packages.deletePackageConsequence", { count: policies.length })}</p>
        <p>${t("packages.deletePackageReviews", { count: policies.filter((one) => one.coverage === "reviewed").length })}</p>`}
  <//>`;
}

/** Delete a catalog without packages. */
export function DeleteCatalog({ catalog, close }) {
  const inside = useLoad(async (signal) => {
    const [packages, resources] = await Promise.all([
      get(`${EM}/accessPackages?$count=true&$top=1&$filter=${encodeURIComponent(`catalog/id eq '${catalog.id}'`)}`, { signal }),
      get(`${EM}/catalogs/${catalog.id}/resources?$count=true&$top=1`, { signal }),
    ]);
    return { packages: packages["@odata.count"], resources: resources["@odata.count"] };
  }, [catalog.id]);
  const act = async () => {
    await del(`${EM}/catalogs/${catalog.id}`);
    toast(t("packages.catalogDeleted", { name: catalog.displayName }));
  };
  const found = inside.data;
  return html`<${Confirm} danger title=${t("packages.deleteCatalogTitle", { name: catalog.displayName })} label=${t("packages.deleteCatalog")} act=${act} close=${close} disabled=${!found || found.packages > 0}>
    ${!found ? html`<${Skeleton} lines=${2} />` : found.packages > 0 ? html`<${Notice} tone="unsure">${t("packages.catalogFull", { count: found.packages })}<//>`
      : html`<p>${t("packages.deleteCatalogConsequence", { count: found.resources })}</p>`}
  <//>`;
}

const Blocked = ({ count, packed, close }) => html`<${Notice} tone="unsure">${t("packages.stillHeld", { count })}${" "}
  <${Link} href="/admin/packages/${packed.id}?tab=assignments" onClick=${() => close(false)}>${t("packages.seeAssignments")}<//><//>`;

// The list of access packages: what each is called, how it is reviewed, how many people hold it.
import { Button, Icon, Tag } from "../kit/base.js";
import { SearchInput } from "../kit/fields.js";
import { DataTable, PageHead, Tabs } from "../kit/layout.js";
import { Empty } from "../kit/telling.js";
import { get } from "../lib/api.js";
import { html, useEffect, useState } from "../lib/html.js";
import { usePages, useStill } from "../lib/hooks.js";
import { useMe } from "../lib/me.js";
import { Link, navigate, setQuery, useQuery } from "../lib/router.js";
import { number, t } from "../lib/texts.js";
import { EM } from "./draft.js";

const PAGE = 25;

export default function Packages() {
  const me = useMe();
  const query = useQuery();
  const [text, setText] = useState(query.search || "");
  const still = useStill(text.trim());
  useEffect(() => {
    if (still !== (query.search || "")) setQuery({ search: still });
  }, [still]);
  const list = usePages(address(still, query.catalog));
  const coverage = useCoverage(list.rows);
  return html`<div class="page">
    <${PageHead} title=${t("packages.title")} lede=${t("packages.lede")} actions=${me.manages && html`<${Button} kind="primary" icon="plus" href="/admin/packages/new">${t("packages.newPackage")}<//>`} />
    <${Places} current="packages" />
    <div class="stack-24">
      <${SearchInput} label=${t("packages.search")} value=${text} onInput=${setText} />
      <${DataTable} caption=${t("packages.title")} columns=${columns(coverage)} list=${list} onRow=${(one) => navigate(`/admin/packages/${one.id}`)} empty=${nothing(still, me)} />
    </div>
  </div>`;
}

/** Packages and catalogs lie side by side. */
export const Places = ({ current }) => html`<${Tabs} label=${t("packages.places")} current=${current} tabs=${[
  { id: "packages", label: t("packages.title"), href: "/admin/packages" },
  { id: "catalogs", label: t("packages.catalogs"), href: "/admin/catalogs" },
]} />`;

function address(text, catalog) {
  const filters = [text && `contains(displayName,'${text.replaceAll("'", "''")}')`, catalog && `catalog/id eq '${catalog}'`].filter(Boolean);
  const filter = filters.length ? `&$filter=${encodeURIComponent(filters.join(" and "))}` : "";
  return `${EM}/accessPackages?$top=${PAGE}&$orderby=displayName&$expand=catalog${filter}`;
}

/** How the packages shown are reviewed and how many hold them, by id; asked for once a package. */
export function useCoverage(rows) {
  const [known, setKnown] = useState(new Map());
  const missing = rows.map((one) => one.id).filter((id) => !known.has(id));
  useEffect(() => {
    if (!missing.length) return undefined;
    const stop = new AbortController();
    get(`/api/v1/coverage?counts=true&accessPackageIds=${missing.slice(0, 50).join(",")}`, { signal: stop.signal }).then(
      (page) => setKnown((before) => new Map([...before, ...gathered(missing, page.value)])),
      () => {}, // the list is of use without it
    );
    return () => stop.abort();
  }, [missing.join()]);
  return known;
}

function gathered(ids, rows) {
  return ids.map((id) => {
    const mine = rows.filter((one) => one.accessPackage.id === id);
    const counts = mine.map((one) => one.liveAssignments);
    const people = counts.every((one) => one !== undefined) ? counts.reduce((sum, one) => sum + one, 0) : undefined;
    return [id, { people, states: mine.map((one) => one.coverage), policies: mine.filter((one) => one.assignmentPolicy).length }];
  });
}

const columns = (coverage) => [
  { id: "name", title: t("packages.name"), wide: true, cell: (one) => html`<span class="named"><span class="named-icon"><${Icon} name="package" /></span><span class="person-words">
      <${Link} href="/admin/packages/${one.id}" class="person-name">${one.displayName}<//>${one.description && html`<span class="person-detail clip-2">${one.description}</span>`}</span></span>` },
  { id: "catalog", title: t("packages.catalog"), cell: (one) => html`<span class="muted">${one.catalog?.displayName || ""}</span>` },
  { id: "reviews", title: t("packages.reviews"), cell: (one) => html`<${CoverageTag} found=${coverage.get(one.id)} />` },
  { id: "people", title: t("packages.peopleColumn"), right: true, cell: (one) => count(coverage.get(one.id)) },
];

const count = (found) => (found ? (found.people === undefined ? "–" : number(found.people)) : html`<span class="skeleton skeleton-count" aria-hidden="true"></span>`);

/** How a package is reviewed, from the coverage of its policies: the worst of them is what it says. */
export function CoverageTag({ found }) {
  if (!found) return html`<span class="skeleton skeleton-tag" aria-hidden="true"></span>`;
  const gaps = found.states.filter((one) => one !== "reviewed");
  if (!gaps.length) return html`<${Tag} tone="approve" icon="circle-check">${t("packages.coverage_reviewed")}<//>`;
  const some = gaps.length < found.states.length;
  const tone = gaps.includes("noPolicy") ? "plain" : "unsure";
  return html`<${Tag} tone=${tone} icon=${tone === "plain" ? "circle-minus" : "triangle-alert"}>${some ? t("packages.coverage_partly") : t(`packages.coverage_${gaps[0]}`)}<//>`;
}

const nothing = (text, me) =>
  text
    ? html`<${Empty} icon="search" title=${t("packages.noneFound", { text })}>${t("packages.noneFoundHelp")}<//>`
    : html`<${Empty} icon="package" title=${t("packages.none")} action=${me.manages && html`<${Button} kind="primary" href="/admin/packages/new">${t("packages.newPackage")}<//>`}>${t("packages.noneHelp")}<//>`;

// One preview or adoption: watched until it ends; problems first, then numbers, then every group; then what next.
import { Button, Progress, Skeleton } from "../kit/base.js";
import { PageHead, Section } from "../kit/layout.js";
import { ErrorNote, explained, NotFound, Notice } from "../kit/telling.js";
import { following, get, post } from "../lib/api.js";
import { html, useEffect, useState } from "../lib/html.js";
import { navigate } from "../lib/router.js";
import { number, t } from "../lib/texts.js";
import { Attention } from "./attention.js";
import { Groups } from "./groups.js";
import { AdoptionState } from "./page.js";

const HOME = "/admin/adopt";
const ENDED = ["done", "error"];
const SHOWN = 4; // packages whose reviews are offered at once

/** An adoption with all its groups. */
async function whole(id) {
  const found = await get(`/api/v1/adoptions/${id}`);
  const groups = [...found.groups];
  for (let path = following(found); path; ) {
    const page = await get(path);
    groups.push(...page.groups);
    path = following(page);
  }
  return { ...found, groups };
}

function useAdoption(id) {
  const [state, setState] = useState({ found: null, error: null });
  useEffect(() => {
    let wait = 400;
    let timer;
    let over = false;
    const look = () => whole(id).then(
      (found) => {
        if (over) return;
        setState({ found, error: null });
        wait = Math.min(wait * 1.3, 3_000);
        if (!ENDED.includes(found.status)) timer = setTimeout(look, wait);
      },
      (error) => {
        if (over) return;
        if (error.status) setState((before) => ({ ...before, error }));
        else timer = setTimeout(look, 3_000);
      },
    );
    look();
    return () => {
      over = true;
      clearTimeout(timer);
    };
  }, [id]);
  return state;
}

export function OneAdoption({ id }) {
  const { found, error } = useAdoption(id);
  const crumbs = [{ label: t("adopt.title"), href: HOME }];
  const title = t(found?.preview ? "adopt.previewTitle" : "adopt.one");
  if (error?.status === 404) return html`<div class="page"><${NotFound} /></div>`;
  if (error && !found) return html`<div class="page"><${PageHead} crumbs=${crumbs} title=${title} /><${ErrorNote} error=${error} /></div>`;
  if (!found) return html`<div class="page" aria-busy="true"><${PageHead} crumbs=${crumbs} title=${title} /><${Skeleton} lines=${2} /><${Skeleton} rows=${5} /></div>`;
  const over = ENDED.includes(found.status);
  return html`<div class="page">
    <${PageHead} crumbs=${crumbs} title=${html`${title} <span class="muted adopt-of">${found.connection.displayName}</span>`} lede=${over && !found.error ? sentence(found) : undefined}>
      <div class="row-16"><${AdoptionState} one=${found} /></div><//>
    ${!over && html`<${Working} found=${found} />`}
    ${found.error && html`<${Notice} tone="deny" title=${t("adopt.stopped")} action=${html`<${Button} href=${HOME}>${t("adopt.another")}<//>`}>${found.error}<//>`}
    ${over && !found.error && html`<${Ended} found=${found} />`}
  </div>`;
}

const Working = ({ found }) => html`<div class="stack-8 adopt-working" aria-live="polite">
  <${Progress} done=${found.totals.groupsDone} total=${Math.max(found.totals.groups, 1)} label=${t("adopt.progress")} words=${found.totals.groups > 0} />
  <p class="muted small">${found.status === "waiting" ? t("adopt.begins") : t(found.preview ? "adopt.reading" : "adopt.adopting")}</p></div>`;

/** What is, or would be, in words and numbers. */
function sentence({ preview, totals }) {
  const { groups, packages, assigned } = totals;
  const counted = t("adopt.wouldGroups", { count: groups });
  if (!preview) return t("adopt.doneSentence", { groups: counted, packages: t("adopt.donePackages", { count: packages }), members: t("adopt.doneMembers", { count: assigned }) });
  const told = {
    groups: counted,
    packages: packages ? t("adopt.wouldPackages", { count: packages }) : t("adopt.wouldNothingNew"),
    members: assigned ? t("adopt.wouldAssign", { count: assigned }) : t("adopt.wouldAssignNobody"),
    granted: t("adopt.granted"),
  };
  return t(assigned ? "adopt.sentence" : "adopt.sentenceNobody", told);
}

function Ended({ found }) {
  const [create, setCreate] = useState(found.createPeople);
  const [lifted, setLifted] = useState([]);
  const choices = { create, setCreate, lifted, setLifted };
  return html`<div class="stack-40">
    ${!found.preview && html`<${Next} found=${found} />`}
    <${Attention} found=${found} choices=${choices} />
    ${found.preview && html`<${Run} found=${found} choices=${choices} />`}
    <${Numbers} found=${found} />
    <${Section} title=${t("adopt.groups")}><${Groups} found=${found} /><//>
  </div>`;
}

function Numbers({ found: { totals, preview } }) {
  const left = totals.unmatched + totals.denied + totals.failed + totals.heldOtherwise;
  const shown = { members: totals.members, [preview ? "assigned-preview" : "assigned"]: totals.assigned, unchanged: totals.unchanged, left };
  return html`<dl class="numbers">${Object.entries(shown).map(([name, count]) => html`<div key=${name} class=${`numbers-one ${name === "left" && count ? "numbers-bad" : ""}`}>
    <dt>${t(`adopt.number-${name}`)}</dt><dd class="number">${number(count)}</dd></div>`)}</dl>`;
}

/** The way from a preview to the adoption of the same groups. */
function Run({ found, choices }) {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState(null);
  const able = found.groups.filter((one) => !one.problem);
  const adopt = async () => {
    setBusy(true);
    setProblem(null);
    try {
      const begun = await post("/api/v1/adoptions", {
        connection: found.connection.name,
        groups: able.map(({ originId }) => ({ originId })),
        createPeople: choices.create,
        liftDenials: choices.lifted,
      });
      navigate(`${HOME}/${begun.id}`);
    } catch (failure) {
      setProblem(failure);
      setBusy(false);
    }
  };
  return html`<div class="stack adopt-run">
    ${problem && html`<${Notice} tone="deny">${explained(problem)}<//>`}
    <p class="muted">${t(found.catalog.id ? "adopt.catalogKnown" : "adopt.catalogNew", { name: found.catalog.displayName })} ${t("adopt.againWhy")}</p>
    <div class="row"><${Button} kind="primary" icon="package-open" busy=${busy} disabled=${!able.length} onClick=${adopt}>${able.length ? t("adopt.adopt", { count: able.length }) : t("adopt.adoptNothing")}<//>
      <${Button} href="${HOME}?system=${encodeURIComponent(found.connection.name)}">${t("adopt.another")}<//></div>
  </div>`;
}

function Next({ found }) {
  const packages = found.groups.map((one) => one.accessPackage).filter((one) => one?.id && one.assignmentPolicyId);
  const rest = packages.length - SHOWN;
  if (!packages.length) return null;
  return html`<${Section} title=${t("adopt.next")}>
    <p class="prose">${t("adopt.nextWhy")}</p>
    <div class="row">${packages.slice(0, SHOWN).map((one, place) => html`<${Button} class="adopt-long" key=${one.id} kind=${place ? "plain" : "primary"} href="/admin/packages/${one.id}/policies/${one.assignmentPolicyId}">
        ${packages.length > 1 ? t("adopt.switchOnOf", { name: one.displayName }) : t("adopt.switchOn")}<//>`)}
      ${found.catalog.id && html`<${Button} href="/admin/catalogs/${found.catalog.id}">${t("adopt.toCatalog")}<//>`}</div>
    ${rest > 0 && html`<p class="muted small">${t("adopt.switchOnRest", { count: rest })}</p>`}
  <//>`;
}

// The policy editor: three steps over one form, a live preview beside the reviews, one Save.
import { Button, Icon, Skeleton } from "../kit/base.js";
import { Menu } from "../kit/floating.js";
import { PageHead } from "../kit/layout.js";
import { ErrorNote, explained, NotFound, Notice, toast } from "../kit/telling.js";
import { patch, post } from "../lib/api.js";
import { day, inputDay, now } from "../lib/dates.js";
import { html, useEffect, useMemo, useRef, useState } from "../lib/html.js";
import { useLoad } from "../lib/hooks.js";
import { useMe } from "../lib/me.js";
import { navigate, useGuard, useQuery } from "../lib/router.js";
import { t } from "../lib/texts.js";
import { Basics, HowLong } from "./basics.js";
import { DeletePolicy } from "./deleting.js";
import { EM, faults, faultsOfReview, loadPolicy, stepOf, toSend } from "./draft.js";
import { Lifecycle } from "./lifecycle.js";
import { Preview, usePreview } from "./preview.js";
import { looksInside, manages } from "./rights.js";
import { controlOf, toGraph } from "./settings.js";
import { changes } from "./words.js";

const STEPS = ["basics", "lasting", "lifecycle"];
let turns = 0; // a policy that was loaded again is edited anew
let justSaved = null; // what the last save changed, told by the page that opens after it

export default function Policy({ id, part_id: given }) {
  const me = useMe();
  const policyId = given === "new" ? "" : given;
  const loaded = useLoad(async (signal) => ({ ...(await loadPolicy(id, policyId, me, signal)), turn: ++turns }), [id, policyId]);
  if (loaded.error?.status === 404) return html`<div class="page"><${NotFound} /></div>`;
  if (loaded.error) return html`<div class="page"><${ErrorNote} error=${loaded.error} retry=${loaded.reload} /></div>`;
  if (!loaded.data) return html`<div class="page"><${PageHead} title=${t(policyId ? "packages.policy" : "policy.newPolicy")} /><${Skeleton} lines=${6} /></div>`;
  return html`<${Editor} key=${loaded.data.turn} ...${loaded.data} reload=${loaded.reload} />`;
}

function Editor({ packed, policy, form: saved, reload }) {
  const me = useMe();
  const query = useQuery();
  const [form, setForm] = useState(saved);
  const [step, setStep] = useState(STEPS.includes(query.step) ? query.step : policy ? "lifecycle" : "basics");
  const [tried, setTried] = useState(false);
  const [touched, setTouched] = useState({});
  const [refusal, setRefusal] = useState(null);
  const [busy, setBusy] = useState(false);
  const [asking, setAsking] = useState(false);
  const told = useRef(justSaved?.policy === policy?.id ? justSaved : null).current;
  const readOnly = !manages(me, packed.catalog.id, packed.id);
  const body = useMemo(() => previewBody(packed, policy, form), [form]);
  const looks = looksInside(me, packed.catalog.id, packed.id);
  const preview = usePreview(looks ? body : null);
  const changed = useMemo(() => changes(saved, form), [form]);
  const dirty = useRef(false);
  dirty.current = changed.length > 0;
  useGuard(() => dirty.current, t("packages.leave"));
  useEffect(() => void (justSaved = null), []);

  const errors = shownErrors({ form, tried, touched, refusal, live: preview.error });
  const set = (more) => {
    setForm((before) => ({ ...before, ...more }));
    setTouched((before) => ({ ...before, ...Object.fromEntries(Object.keys(more).map((name) => [name, true])) }));
    setRefusal(null);
  };
  const goTo = (control) => {
    setStep(stepOf(control));
    requestAnimationFrame(() => requestAnimationFrame(() => reveal(control)));
  };
  const save = async () => {
    setTried(true);
    if (Object.keys(faults(form)).length) return summon();
    setBusy(true);
    try {
      const sent = toSend(saved, form, policy, packed.id);
      const made = policy ? await patch(`${EM}/assignmentPolicies/${policy.id}`, sent) : await post(`${EM}/assignmentPolicies`, sent);
      dirty.current = false;
      justSaved = { policy: made.id, changed: policy ? changed : [], next: preview.data?.next[0], running: preview.data?.firstReview && preview.data.running, zone: form.zone, made: !policy };
      if (policy) reload();
      else navigate(`/admin/packages/${packed.id}/policies/${made.id}`, { replace: true });
      scrollTo(0, 0);
      toast(t("policy.saved"));
    } catch (error) {
      setRefusal(error);
      setBusy(false);
      summon();
    }
  };
  const bar = { readOnly, dirty: changed.length > 0 || !policy, busy, save, step, setStep, isNew: !policy, cancel: () => navigate(`/admin/packages/${packed.id}`) };
  return html`<div class="page page-policy">
    <${PageHead} crumbs=${crumbs(packed)} title=${policy ? policy.displayName : t("policy.newPolicy")} lede=${t("policy.policyLede", { name: packed.displayName })}
      actions=${policy && !readOnly && html`<${Menu} label=${t("packages.moreActions")} items=${[{ label: t("packages.deletePolicy"), icon: "trash", danger: true, act: () => setAsking(true) }]} />`} />
    ${told && html`<${Saved} ...${told} />`}
    ${readOnly && html`<${Notice} icon="lock">${t("policy.readOnly")}<//>`}
    <${Summary} errors=${errors} show=${tried || Boolean(refusal)} refusal=${refusal} goTo=${goTo} />
    <${Steps} step=${step} setStep=${setStep} errors=${errors} />
    <div class=${step === "lifecycle" && form.on ? "policy-columns" : "policy-columns policy-single"}>
      <div class="policy-form">
        ${step === "basics" && html`<${Basics} ...${{ form, set, errors, readOnly }} />`}
        ${step === "lasting" && html`<${HowLong} ...${{ form, set, errors, readOnly }} />`}
        ${step === "lifecycle" && html`<${Lifecycle} ...${{ form, set, errors, readOnly }} earliest=${inputDay(now(), form.zone)} />`}
      </div>
      ${step === "lifecycle" && form.on && looks && html`<${Preview} ...${preview} fault=${Object.entries(faultsOfReview(form))[0]} goTo=${goTo} isNew=${!policy} />`}
    </div>
    ${!readOnly && html`<${SaveBar} ...${bar} count=${policy ? changed.length : 0} />`}
    ${asking && html`<${DeletePolicy} policy=${policy} packed=${packed} close=${(done) => (setAsking(false), done && ((dirty.current = false), navigate(`/admin/packages/${packed.id}`)))} />`}
  </div>`;
}

const crumbs = (packed) => [
  { href: "/admin/packages", label: t("packages.title") },
  { href: `/admin/packages/${packed.id}`, label: packed.displayName },
];

function previewBody(packed, policy, form) {
  if (!form.on || Object.keys(faultsOfReview(form)).length) return null;
  return { accessPackageId: packed.id, ...(policy ? { assignmentPolicyId: policy.id } : {}), reviewSettings: toGraph(form) };
}

/** The errors to show: those of the form once it was tried or touched, what the API refused, what the preview says. */
function shownErrors({ form, tried, touched, refusal, live }) {
  const own = Object.entries(faults(form)).filter(([name]) => tried || touched[name]);
  const found = Object.fromEntries(own);
  const from = [refusal, live].filter((one) => one?.target);
  for (const error of from) {
    const control = controlOf(error.target);
    if (control && !found[control] && (error === refusal || touched[control] || control === "start" || control === "days")) found[control] = explained(error);
  }
  return found;
}

function reveal(control) {
  const element = document.getElementById(control);
  element?.closest("details")?.setAttribute("open", "");
  element?.focus();
  element?.scrollIntoView({ block: "center" });
}

const summon = () => requestAnimationFrame(() => requestAnimationFrame(() => document.getElementById("summary")?.focus()));

/** What is wrong, at the top, each with the way to its field. */
function Summary({ errors, show, refusal, goTo }) {
  const all = Object.entries(errors);
  const other = refusal && !controlOf(refusal.target);
  if (!show || (!all.length && !other)) return null;
  return html`<div id="summary" tabindex="-1" class="notice notice-deny summary" role="alert"><${Icon} name="circle-alert" size=${20} />
    <div class="grow stack-8"><p class="strong">${t("policy.notSaved", { count: all.length || 1 })}</p>
      <ul class="summary-list">${other && html`<li>${explained(refusal)}</li>`}
        ${all.map(([control, message]) => html`<li key=${control}><a href="#${control}" onClick=${(event) => (event.preventDefault(), goTo(control))}>${t(`policy.field_${control}`)}</a>: ${message}</li>`)}</ul></div></div>`;
}

const Steps = ({ step, setStep, errors }) => html`<ol class="steps" aria-label=${t("policy.steps")}>${STEPS.map((one, place) => {
  const wrong = Object.keys(errors).some((control) => stepOf(control) === one);
  return html`<li key=${one}><button type="button" class="step" aria-current=${one === step ? "step" : undefined} onClick=${() => setStep(one)}>
    <span class="step-number" aria-hidden="true">${wrong ? html`<${Icon} name="circle-alert" size=${14} />` : place + 1}</span>${t(`policy.step_${one}`)}
    ${wrong && html`<span class="unseen">${t("policy.stepWrong")}</span>`}</button></li>`;
})}</ol>`;

function SaveBar({ dirty, busy, save, cancel, step, setStep, isNew, count }) {
  const following = STEPS[STEPS.indexOf(step) + 1];
  return html`<div class="save-bar"><p class="muted small grow" role="status">${dirty ? (isNew ? t("policy.notYetSaved") : t("policy.changes", { count })) : t("policy.nothingChanged")}</p>
    <${Button} onClick=${cancel}>${t("kit.cancel")}<//>
    ${isNew && following ? html`<${Button} kind="primary" onClick=${() => setStep(following)}>${t("policy.next")}<//>`
      : html`<${Button} kind="primary" busy=${busy} disabled=${!dirty} onClick=${save}>${t("policy.savePolicy")}<//>`}</div>`;
}

/** After a save: what was changed, and from when it holds. */
const Saved = ({ changed, next, running, zone, made }) => html`<${Notice} tone="approve" title=${t(made ? "policy.madePolicy" : "policy.savedChanges", { count: changed.length })}>
  <div class="stack-8">
    ${changed.length > 0 && html`<ul class="changes">${changed.map((one) => html`<li key=${one.name}>${t(`policy.field_${one.name}`)}: ${one.from && html`<s class="muted">${one.from}</s> <span aria-hidden="true">→</span> `}<strong>${one.to}</strong></li>`)}</ul>`}
    ${next && html`<p>${t("policy.holdsFrom", { day: day(next.startDateTime, zone) })}${running ? ` ${t("policy.runningKeeps", { day: day(running.endDateTime, zone) })}` : ""}</p>`}
  </div>
<//>`;

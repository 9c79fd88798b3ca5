// The texts around every mail, with every mail beside them as one types. Nothing is kept until it is saved.
import { Button, Skeleton, When } from "../kit/base.js";
import { Select, TextArea, TextInput } from "../kit/fields.js";
import { Chip } from "../kit/layout.js";
import { ErrorNote, explained, Notice, toast } from "../kit/telling.js";
import { get, put } from "../lib/api.js";
import { ago } from "../lib/dates.js";
import { useLoad, useStill } from "../lib/hooks.js";
import { html, useState } from "../lib/html.js";
import { useGuard } from "../lib/router.js";
import { t } from "../lib/texts.js";
import { fetchLetter, Letter } from "../mail/letter.js";

const NAMES = ["organisation", "contact", "logoUrl", "footer"];
const bodyOf = (texts) => Object.fromEntries(NAMES.map((name) => [name, texts[name]?.trim() ? texts[name].trim() : null]));
const same = (one, other) => JSON.stringify(bodyOf(one)) === JSON.stringify(bodyOf(other));

const asked = (signal) => Promise.all([get("/api/v1/settings/mail", { signal }), get("/api/v1/settings/deployment", { signal }), get("/api/v1/mail-previews", { signal })]);

export function MailTexts() {
  const { data, error, reload } = useLoad(asked, []);
  if (error) return html`<${ErrorNote} error=${error} retry=${reload} />`;
  if (!data) return html`<div class="mail-texts"><${Skeleton} lines=${6} /><div class="letter"><${Skeleton} lines=${6} /></div></div>`;
  const [texts, deployment, previews] = data;
  return html`<${Editor} key=${texts.modifiedDateTime} kept=${texts} deployment=${deployment} previews=${previews.value} saved=${reload} />`;
}

function Editor({ kept, deployment, previews, saved }) {
  const [texts, setTexts] = useState(kept);
  const [state, setState] = useState({ busy: false, error: null });
  const [refused, setRefused] = useState(null);
  const changed = !same(texts, kept);
  useGuard(() => changed && !state.busy, t("settings.unsaved"));
  const still = useStill(texts, 350);
  const set = (name) => (value) => {
    setTexts({ ...texts, [name]: value });
    setState({ busy: false, error: null });
  };
  const save = async () => {
    setState({ busy: true, error: null });
    try {
      await put("/api/v1/settings/mail", bodyOf(texts));
      toast(t("settings.saved"));
      saved();
    } catch (error) {
      setState({ busy: false, error });
    }
  };
  const wrong = (name) => [state.error, refused].filter((one) => one?.target === name).map(explained)[0];
  const asDeployed = (name) => (deployment[name] ? t("settings.asDeployed", { value: deployment[name] }) : t("settings.leftOut"));
  return html`<div class="mail-texts">
    <form class="stack" onSubmit=${(event) => (event.preventDefault(), changed && save())}>
      <h2>${t("settings.words")}</h2>
      <${TextInput} label=${t("settings.organisation")} help=${t("settings.organisationHelp")} placeholder=${asDeployed("organisation")} maxlength="80" value=${texts.organisation} onInput=${set("organisation")} error=${wrong("organisation")} />
      <${TextInput} label=${t("settings.contact")} help=${t("settings.contactHelp")} placeholder=${asDeployed("contact")} value=${texts.contact} onInput=${set("contact")} error=${wrong("contact")} />
      <${TextInput} label=${t("settings.logo")} help=${t("settings.logoHelp")} inputmode="url" placeholder=${t("settings.logoExample")} value=${texts.logoUrl} onInput=${set("logoUrl")} error=${wrong("logoUrl")} />
      <${TextArea} label=${t("settings.footer")} help=${t("settings.footerHelp")} rows=${4} value=${texts.footer} onInput=${set("footer")} error=${wrong("footer")} />
      ${state.error && !NAMES.includes(state.error.target) && html`<${Notice} tone="deny">${explained(state.error)}<//>`}
      <div class="row"><${Button} kind="primary" busy=${state.busy} disabled=${!changed} onClick=${save}>${t("settings.save")}<//>
        ${changed && html`<${Button} kind="quiet" onClick=${() => setTexts(kept)}>${t("settings.back")}<//>`}
        ${!changed && kept.modifiedDateTime && html`<span class="small muted"><${When} at=${kept.modifiedDateTime}>${t("settings.changed", { when: ago(kept.modifiedDateTime) })}<//></span>`}</div>
      <p class="small muted">${t("settings.follows")}</p>
    </form>
    <${Preview} texts=${bodyOf(still)} previews=${previews} refused=${setRefused} />
  </div>`;
}

function Preview({ texts, previews, refused }) {
  const [template, setTemplate] = useState(previews[0].id);
  const [format, setFormat] = useState("html");
  const [narrow, setNarrow] = useState(false);
  const load = (signal, wanted) => fetchLetter("POST", `/api/v1/mail-previews/${template}?format=${wanted}`, texts, signal);
  return html`<section class="stack mail-preview" aria-label=${t("settings.preview")}>
    <h2>${t("settings.preview")}</h2>
    <${Select} label=${t("settings.which")} hideLabel value=${template} onChange=${setTemplate} options=${previews.map((one) => ({ value: one.id, label: one.description }))} />
    <div class="row" role="group" aria-label=${t("letter.look")}>
      <${Chip} on=${format === "html" && !narrow} onClick=${() => (setFormat("html"), setNarrow(false))}>${t("letter.desk")}<//>
      <${Chip} on=${format === "html" && narrow} onClick=${() => (setFormat("html"), setNarrow(true))}>${t("letter.phone")}<//>
      <${Chip} on=${format === "text"} onClick=${() => setFormat("text")}>${t("letter.text")}<//>
    </div>
    <${Letter} load=${load} deps=${[template, JSON.stringify(texts)]} format=${format} narrow=${narrow && format === "html"} refused=${refused} />
    <p class="small muted">${t("settings.sample")}</p>
  </section>`;
}

// The settings that a kind of connection asks for, as fields, and saving them: the API says what is wrong with which.
import { Button } from "../kit/base.js";
import { Select, TextArea, TextInput } from "../kit/fields.js";
import { explained, Notice, toast } from "../kit/telling.js";
import { patch, post } from "../lib/api.js";
import { html, useState } from "../lib/html.js";
import { t } from "../lib/texts.js";
import { CONNECTORS } from "./words.js";

/** A name for the API from what people call it. */
const nameOf = (text) => text.normalize("NFD").toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^[^a-z]+|-+$/g, "").slice(0, 40);

/** One setting. */
function Setting({ setting, value, set, error, others }) {
  const label = setting.required ? setting.label : t("connectors.optional", { label: setting.label });
  const help = [setting.help, setting.secret && t("connectors.secretHint")].filter(Boolean).join(" ");
  const common = { label, help, error, id: `setting-${setting.name}` };
  if (setting.choices.length) {
    return html`<${Select} ...${common} value=${value || setting.default} onChange=${set} options=${setting.choices.map((one) => ({ value: one, label: one }))} />`;
  }
  if (setting.connection) {
    return html`<${Select} ...${common} value=${value} onChange=${set} options=${[{ value: "", label: t("connectors.noConnection") }, ...others.map((one) => ({ value: one.name, label: one.displayName }))]} />`;
  }
  if (setting.lines) return html`<${TextArea} ...${common} value=${value} onInput=${set} maxlength="500" />`;
  return html`<${TextInput} ...${common} value=${value} onInput=${set} placeholder=${setting.default || setting.example} autocomplete="off" spellcheck="false" maxlength="500" />`;
}

/** The form of a new connection (`kind`) or of one there is (`held`); `saved(connector)` when it was saved. */
export function ConnectorForm({ kind, held, others, saved, cancel }) {
  const [displayName, setDisplayName] = useState(held?.displayName || "");
  const [name, setName] = useState(null);
  const [settings, setSettings] = useState(held?.settings || {});
  const [state, setState] = useState({ busy: false, error: null });
  const wanted = name ?? nameOf(displayName);
  const target = state.error?.target || "";
  const fields = ["name", "displayName", ...kind.settings.map((one) => `settings/${one.name}`)];
  const wrong = (field) => (target === field ? explained(state.error) : undefined);
  const change = (set) => (value) => (set(value), setState({ busy: false, error: null }));
  const given = Object.fromEntries(Object.entries(settings).map(([key, value]) => [key, value.trim()]).filter(([, value]) => value));
  const save = async (event) => {
    event.preventDefault();
    setState({ busy: true, error: null });
    try {
      const body = { displayName: displayName.trim(), settings: given };
      const made = held ? await patch(`${CONNECTORS}/${held.name}`, body) : await post(CONNECTORS, { ...body, name: wanted, kind: kind.kind });
      toast(t(made.problem ? "connectors.savedWrong" : "connectors.saved", { name: made.displayName }));
      saved(made);
    } catch (error) {
      setState({ busy: false, error });
      document.getElementById(error.target?.replace("settings/", "setting-"))?.focus();
    }
  };
  return html`<form class="connector-form stack" onSubmit=${save} novalidate>
    <${TextInput} label=${t("connectors.displayName")} id="displayName" error=${wrong("displayName")} value=${displayName} onInput=${change(setDisplayName)} maxlength="80" />
    ${!held && html`<${TextInput} label=${t("connectors.identifier")} id="name" help=${t("connectors.identifierHelp")} error=${wrong("name")} value=${wanted} onInput=${change(setName)} maxlength="40" autocomplete="off" spellcheck="false" />`}
    ${kind.settings.map((one) => html`<${Setting} key=${one.name} setting=${one} others=${others} value=${settings[one.name] || ""} error=${wrong(`settings/${one.name}`)}
      set=${change((value) => setSettings({ ...settings, [one.name]: value }))} />`)}
    ${state.error && !fields.includes(target) && html`<${Notice} tone="deny">${explained(state.error)}<//>`}
    <div class="row"><${Button} kind="primary" type="submit" busy=${state.busy} disabled=${!displayName.trim()}>${t("connectors.save")}<//>
      <${Button} kind="quiet" onClick=${cancel}>${t("kit.cancel")}<//></div>
  </form>`;
}

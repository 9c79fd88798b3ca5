// Connecting an identity provider, giving it a new token, taking it away. A token is seen once, in the dialog that made it.
import { Button, Icon } from "../kit/base.js";
import { Select, TextInput } from "../kit/fields.js";
import { Confirm, Dialog } from "../kit/floating.js";
import { explained, Notice, toast } from "../kit/telling.js";
import { del, post } from "../lib/api.js";
import { ago, now } from "../lib/dates.js";
import { html, useState } from "../lib/html.js";
import { t } from "../lib/texts.js";

const CLIENTS = "/api/v1/provisioning-clients";
const LIVES = [0, 90, 180, 365];
const OVERLAPS = [0, 1, 24, 168];
const endOf = (days) => (Number(days) ? { expirationDateTime: new Date(now().getTime() + Number(days) * 86_400_000).toISOString() } : {});

/** Asking for something that answers with a token: `ask` gives the client with it. */
function useToken(ask) {
  const [state, setState] = useState({ busy: false, error: null, made: null });
  const go = async (event) => {
    event.preventDefault();
    setState({ busy: true, error: null, made: null });
    try {
      setState({ busy: false, error: null, made: await ask() });
    } catch (error) {
      setState({ busy: false, error, made: null });
    }
  };
  return { ...state, go };
}

export function Connect({ close }) {
  const [name, setName] = useState("");
  const [life, setLife] = useState(0);
  const { busy, error, made, go } = useToken(() => post(CLIENTS, { displayName: name.trim(), ...endOf(life) }));
  if (made) return html`<${Shown} title=${t("provisioning.connected", { name: made.displayName })} client=${made} close=${close} />`;
  return html`<${Dialog} title=${t("provisioning.connect")} close=${close} foot=${html`<${Button} kind="quiet" onClick=${close}>${t("kit.cancel")}<//>
      <${Button} kind="primary" type="submit" form="connect-provider" busy=${busy} disabled=${!name.trim()}>${t("provisioning.makeToken")}<//>`}>
    <form id="connect-provider" class="stack" onSubmit=${go} novalidate>
      <${TextInput} label=${t("provisioning.name")} help=${t("provisioning.nameHelp")} error=${error?.target === "displayName" ? explained(error) : undefined} value=${name} onInput=${setName} maxlength="120" autofocus />
      <${Life} value=${life} set=${setLife} />
      ${error && error.target !== "displayName" && html`<${Notice} tone="deny">${explained(error)}<//>`}
    </form>
  <//>`;
}

export function Renew({ client, close }) {
  const [overlap, setOverlap] = useState(24);
  const [life, setLife] = useState(0);
  const { busy, error, made, go } = useToken(() => post(`${CLIENTS}/${client.id}/rotate`, { overlapHours: Number(overlap), ...endOf(life) }));
  if (made) return html`<${Shown} title=${t("provisioning.renewed", { name: made.displayName })} client=${made} close=${close} />`;
  return html`<${Dialog} title=${t("provisioning.renewTitle", { name: client.displayName })} close=${close} foot=${html`<${Button} kind="quiet" onClick=${close}>${t("kit.cancel")}<//>
      <${Button} kind="primary" type="submit" form="renew-token" busy=${busy}>${t("provisioning.makeToken")}<//>`}>
    <form id="renew-token" class="stack" onSubmit=${go} novalidate>
      <p class="prose">${t("provisioning.renewWhat")}</p>
      <${Select} label=${t("provisioning.overlap")} help=${t(Number(overlap) ? "provisioning.overlapHelp" : "provisioning.overlapNone")} value=${String(overlap)} onChange=${setOverlap}
        options=${OVERLAPS.map((hours) => ({ value: String(hours), label: t(`provisioning.overlap-${hours}`) }))} />
      <${Life} value=${life} set=${setLife} />
      ${error && html`<${Notice} tone="deny">${explained(error)}<//>`}
    </form>
  <//>`;
}

const Life = ({ value, set }) => html`<${Select} label=${t("provisioning.life")} value=${String(value)} onChange=${set}
  options=${LIVES.map((days) => ({ value: String(days), label: t(`provisioning.life-${days}`) }))} />`;

/** The address and the token, to be copied; the only time the token is seen. */
function Shown({ title, client, close }) {
  const [asked, setAsked] = useState(false);
  const leave = () => (asked ? close() : setAsked(true));
  return html`<${Dialog} wide title=${title} close=${leave} foot=${html`<${Button} kind="primary" onClick=${close}>${t("provisioning.done")}<//>`}>
    <div class="stack">
      <${Notice} tone=${asked ? "deny" : "unsure"} icon="eye">${t(asked ? "provisioning.leave" : "provisioning.once")}<//>
      <${Copied} label=${t("provisioning.address")} value=${client.address} />
      <${Copied} label=${t("provisioning.token")} value=${client.token} />
    </div>
  <//>`;
}

/** A value with a button that copies it. */
export function Copied({ label, value }) {
  const copy = async () => {
    await navigator.clipboard.writeText(value);
    toast(t("provisioning.copied", { what: label }));
  };
  return html`<div class="copied"><span class="copied-label">${label}</span>
    <span class="copied-row"><code class="copied-value">${value}</code>
    <${Button} small onClick=${copy}><${Icon} name="copy" /><span>${t("provisioning.copy")}<span class="unseen"> ${label}</span></span><//></span></div>`;
}

export function Delete({ client, close }) {
  const act = async () => {
    await del(`${CLIENTS}/${client.id}`);
    toast(t("provisioning.deleted", { name: client.displayName }));
  };
  const used = client.lastUsedDateTime ? t("provisioning.deleteUsed", { ago: ago(client.lastUsedDateTime) }) : t("provisioning.deleteUnused");
  return html`<${Confirm} danger title=${t("provisioning.deleteTitle", { name: client.displayName })} label=${t("provisioning.delete")} act=${act} close=${close}>
    <p>${used} ${t("provisioning.deleteWhat")}</p><//>`;
}

// "/admin/connectors/{id}": one connected system: whether it works, how it is configured, what lies in it.
import { Button, Skeleton, When } from "../kit/base.js";
import { Confirm } from "../kit/floating.js";
import { Facts, PageHead, Section } from "../kit/layout.js";
import { Empty, ErrorNote, explained, NotFound, Notice, toast } from "../kit/telling.js";
import { del, post } from "../lib/api.js";
import { ago, longDay } from "../lib/dates.js";
import { useGet } from "../lib/hooks.js";
import { html, useState } from "../lib/html.js";
import { useMe } from "../lib/me.js";
import { Link, navigate } from "../lib/router.js";
import { t } from "../lib/texts.js";
import { ConnectorForm } from "./form.js";
import { CONNECTORS, HOME, kindName } from "./words.js";
import NewConnector from "./new.js";

export default function Connector({ id }) {
  const { administrator } = useMe();
  if (id === "new") return administrator ? html`<${NewConnector} />` : html`<div class="page"><${NotFound} /></div>`;
  return html`<${One} key=${id} id=${id} />`;
}

function One({ id }) {
  const me = useMe();
  const { data, error, reload } = useGet(`${CONNECTORS}/${encodeURIComponent(id)}`);
  const { data: kinds } = useGet(me.administrator ? `${CONNECTORS}/kinds` : "");
  const { data: known } = useGet(CONNECTORS);
  const [after, setAfter] = useState(null);
  const [doing, setDoing] = useState("");
  const crumbs = [{ label: t("connectors.title"), href: HOME }];
  if (error?.status === 404) return html`<div class="page"><h1 class="unseen">${t("connectors.missing")}</h1><${Empty} icon="link" title=${t("connectors.missing")}
    action=${html`<${Button} href=${HOME}>${t("connectors.toAll")}<//>`}>${t("connectors.missingWhy")}<//></div>`;
  if (error) return html`<div class="page"><${PageHead} crumbs=${crumbs} title=${t("connectors.one")} /><${ErrorNote} error=${error} retry=${reload} /></div>`;
  if (!data) return html`<div class="page" aria-busy="true"><${Skeleton} lines=${5} /></div>`;
  const found = after || data;
  const kind = kinds?.value.find((one) => one.kind === found.kind);
  const saved = (made) => (setAfter(made), setDoing(""));
  const actions = me.administrator && html`<${Button} icon="pencil" disabled=${!kind} onClick=${() => setDoing("edit")}>${t("connectors.edit")}<//>
    <${Button} kind="quiet" icon="trash" disabled=${found.resourceCount > 0} title=${found.resourceCount ? t("connectors.used_no") : undefined} onClick=${() => setDoing("remove")}>${t("connectors.remove")}<//>`;
  const others = (known?.value || []).filter((one) => !one.builtIn && one.name !== found.name);
  return html`<div class="page">
    <${PageHead} crumbs=${crumbs} title=${found.displayName} lede=${kind?.description || kindName(kinds, found.kind)} actions=${actions} />
    <${Tried} found=${found} changed=${setAfter} />
    ${doing === "edit"
      ? html`<${Section} title=${t("connectors.settings")}><${ConnectorForm} kind=${kind} held=${found} others=${others} saved=${saved} cancel=${() => setDoing("")} /><//>`
      : html`<${Section} title=${t("connectors.settings")}><div class="connector-facts"><${Facts} rows=${facts(found, kind)} /></div><//>`}
    <${Section} title=${t("connectors.uses")} note=${found.resourceCount > found.resources.length && t("connectors.usesSome")}>${found.resources.length
      ? html`<ul class="connector-uses">${found.resources.map((one) => html`<li key=${one.id}><${Link} href="/admin/catalogs/${one.catalogId}">${one.displayName}<//></li>`)}</ul>`
      : html`<p class="muted prose">${t("connectors.usesNone")}</p>`}<//>
    ${doing === "remove" && html`<${Remove} found=${found} close=${() => setDoing("")} />`}
  </div>`;
}

/** Every setting by its label, in the order the kind asks for them, then the rest. */
function facts(found, kind) {
  const labels = (kind?.settings || Object.keys(found.settings).map((name) => ({ name, label: name })));
  return [
    [t("connectors.identifier"), html`<code>${found.name}</code>`],
    ...labels.map((one) => [one.label, found.settings[one.name] && html`<span class="connector-value">${found.settings[one.name]}</span>`]),
    [t("connectors.callback"), found.callbackUrl && html`<code class="connector-value">${found.callbackUrl}</code><span class="muted small block">${t("connectors.callbackWhy")}</span>`],
    [t("connectors.created"), html`<${When} at=${found.createdDateTime}>${longDay(found.createdDateTime)}<//>`],
    [t("connectors.changed"), found.modifiedDateTime !== found.createdDateTime && html`<${When} at=${found.modifiedDateTime}>${longDay(found.modifiedDateTime)}<//>`],
  ];
}

/** How the last try ended, and trying again. */
function Tried({ found, changed }) {
  const me = useMe();
  const [state, setState] = useState({ busy: false, error: null });
  const go = async () => {
    setState({ busy: true, error: null });
    try {
      const after = await post(`${CONNECTORS}/${found.name}/check`);
      if (!after.problem) toast(t("connectors.checkedWell", { name: after.displayName }));
      changed(after);
      setState({ busy: false, error: null });
    } catch (error) {
      setState({ busy: false, error });
    }
  };
  const again = me.administrator && html`<${Button} small icon="refresh-cw" busy=${state.busy} onClick=${go}>${t("connectors.check")}<//>`;
  const when = found.checkedDateTime && ago(found.checkedDateTime);
  if (state.error) return html`<${Notice} tone="deny" action=${again}>${explained(state.error)}<//>`;
  if (found.problem) return html`<${Notice} tone="deny" title=${t("connectors.triedWrong")} action=${again}>${found.problem} <span class="muted">${t("connectors.tried", { ago: when })}</span><//>`;
  return html`<${Notice} tone=${when ? "approve" : "plain"} action=${again}>${when ? t("connectors.triedWell", { ago: when }) : t("connectors.untried")}<//>`;
}

function Remove({ found, close }) {
  const act = async () => {
    await del(`${CONNECTORS}/${found.name}`);
    toast(t("connectors.removed", { name: found.displayName }));
    navigate(HOME);
  };
  return html`<${Confirm} danger title=${t("connectors.removeTitle", { name: found.displayName })} label=${t("connectors.remove")} act=${act} close=${close}><p>${t("connectors.removeWhat")}</p><//>`;
}

// "/admin/connectors/new": what kind of system it is, then what that kind asks for.
import { Skeleton } from "../kit/base.js";
import { Choice } from "../kit/fields.js";
import { PageHead } from "../kit/layout.js";
import { ErrorNote } from "../kit/telling.js";
import { useGet } from "../lib/hooks.js";
import { html } from "../lib/html.js";
import { navigate, setQuery, useQuery } from "../lib/router.js";
import { t } from "../lib/texts.js";
import { ConnectorForm } from "./form.js";
import { CONNECTORS, HOME } from "./words.js";

export default function NewConnector() {
  const { kind = "" } = useQuery();
  const { data: kinds, error, reload } = useGet(`${CONNECTORS}/kinds`);
  const { data: known } = useGet(CONNECTORS);
  const chosen = kinds?.value.find((one) => one.kind === kind);
  const others = (known?.value || []).filter((one) => !one.builtIn);
  return html`<div class="page page-narrow">
    <${PageHead} crumbs=${[{ label: t("connectors.title"), href: HOME }]} title=${t("connectors.addTitle")} lede=${t("connectors.addLede")} />
    ${error && html`<${ErrorNote} error=${error} retry=${reload} />`}
    ${!kinds && !error && html`<${Skeleton} rows=${4} />`}
    ${kinds && html`<div class="connector-new"><${Choice} legend=${t("connectors.whichKind")} value=${kind} onChange=${(one) => setQuery({ kind: one })}
      options=${kinds.value.map((one) => ({ value: one.kind, label: one.displayName, help: one.description }))} />
      ${chosen && html`<${ConnectorForm} key=${kind} kind=${chosen} others=${others} cancel=${() => navigate(HOME)} saved=${(made) => navigate(`${HOME}/${made.name}`)} />`}</div>`}
  </div>`;
}

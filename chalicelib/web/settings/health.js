// How the deployment is: every part looked at now, with what to do about those that are not well.
import { Button, Skeleton, Tag } from "../kit/base.js";
import { Facts } from "../kit/layout.js";
import { ErrorNote } from "../kit/telling.js";
import { useGet } from "../lib/hooks.js";
import { html } from "../lib/html.js";
import { t } from "../lib/texts.js";

const SHOWN = { ok: ["approve", "check"], degraded: ["unsure", "triangle-alert"], failed: ["deny", "triangle-alert"] };

function Condition({ of }) {
  const [tone, icon] = SHOWN[of];
  return html`<${Tag} tone=${tone} icon=${icon}>${t(`settings.is_${of}`)}<//>`;
}

export function Health() {
  const { data: found, error, loading, reload } = useGet("/api/v1/health/deep");
  if (error) return html`<${ErrorNote} error=${error} retry=${reload} />`;
  if (!found) return html`<${Skeleton} lines=${13} />`;
  return html`<div class="settings-facts">
    <p class="health-whole" role="status"><${Condition} of=${found.status} /> ${t(`settings.whole_${found.status}`)}
      <${Button} busy=${loading} onClick=${reload}>${t("settings.lookAgain")}<//></p>
    <${Facts} rows=${found.parts.map((one) => [t(`settings.part_${one.name}`), html`
      <${Condition} of=${one.status} /> <span class="breakable">${one.detail}</span>
      ${one.advice && html`<p class="small">${one.advice}</p>`}`])} />
    <p class="small muted">${t("settings.version", { version: found.version })}</p>
  </div>`;
}

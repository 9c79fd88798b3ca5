// How this deployment was made: for reading, since it is changed where it was deployed from.
import { Skeleton, Tag } from "../kit/base.js";
import { Facts, Section } from "../kit/layout.js";
import { ErrorNote, Notice } from "../kit/telling.js";
import { useGet } from "../lib/hooks.js";
import { html } from "../lib/html.js";
import { t } from "../lib/texts.js";

const shown = (value) => (value ? html`<span class="breakable">${value}</span>` : html`<span class="faint">${t("settings.none")}</span>`);

export function Deployment() {
  const { data: found, error, reload } = useGet("/api/v1/settings/deployment");
  const { data: key } = useGet("/api/v1/evidence-key");
  if (error) return html`<${ErrorNote} error=${error} retry=${reload} />`;
  if (!found) return html`<${Skeleton} lines=${8} />`;
  return html`<div class="settings-facts">
    <${Notice}>${t("settings.readOnly")}<//>
    <${Section} title=${t("settings.here")}><${Facts} rows=${[
      [t("settings.organisation"), shown(found.organisation)],
      [t("settings.portal"), shown(found.portalUrl)],
      [t("settings.zone"), shown(found.defaultTimeZone)],
      [t("settings.software"), html`${found.softwareVersion} <code class="breakable">${found.softwareHash}</code><p class="small muted">${t("settings.softwareWhy")}</p>`],
      [t("settings.stage"), shown(found.stage)],
      [t("settings.region"), shown(found.region)],
    ]} /><//>
    <${Section} title=${t("settings.signIn")}><${Facts} rows=${[
      [t("settings.issuer"), shown(found.oidcIssuer)],
      [t("settings.audience"), shown(found.oidcAudience)],
      [t("settings.claim"), shown(found.oidcClaim)],
      [t("settings.firstAdministrator"), shown(found.firstAdministrator)],
    ]} /><//>
    <${Section} title=${t("settings.mail")}><${Facts} rows=${[
      [t("settings.sending"), html`<${Tag} tone=${found.mailEnabled ? "approve" : "unsure"} icon=${found.mailEnabled ? "check" : "ban"}>${t(found.mailEnabled ? "settings.mailOn" : "settings.mailOff")}<//>`],
      [t("settings.from"), shown(found.mailFrom)],
      [t("settings.contact"), shown(found.contact)],
    ]} /><//>
    <${Section} title=${t("settings.records")}><${Facts} rows=${[
      [t("settings.retention"), found.auditRetentionDays ? t("settings.retentionDays", { count: found.auditRetentionDays }) : t("settings.retentionNever")],
      [t("settings.evidenceKey"), key && html`<code class="breakable">${key.fingerprint}</code><p class="small muted">${t("settings.evidenceKeyWhy")}</p>`],
    ]} /><//>
  </div>`;
}

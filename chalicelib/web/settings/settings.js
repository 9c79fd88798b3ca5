// Settings: who may do what, the texts of the mails, how this deployment was made, and whether it is well.
import { PageHead, Tabs } from "../kit/layout.js";
import { html } from "../lib/html.js";
import { useMe } from "../lib/me.js";
import { useQuery } from "../lib/router.js";
import { t } from "../lib/texts.js";
import { Deployment } from "./deployment.js";
import { Health } from "./health.js";
import { MailTexts } from "./mail_texts.js";
import { RolesPart } from "./roles.js";

const PARTS = { roles: RolesPart, mails: MailTexts, deployment: Deployment, health: Health };

export default function Settings() {
  const me = useMe();
  const { part } = useQuery();
  const offered = ["roles", me.administrator && "mails", (me.administrator || me.auditor) && "deployment", me.administrator && "health"].filter(Boolean);
  const current = offered.includes(part) ? part : "roles";
  const Part = PARTS[current];
  return html`<div class="page">
    <${PageHead} title=${t("settings.title")} />
    <${Tabs} label=${t("settings.title")} current=${current} tabs=${offered.map((name) => ({ id: name, label: t(`settings.${name}`), href: `/admin/settings${name === "roles" ? "" : `?part=${name}`}` }))} />
    <${Part} key=${current} />
  </div>`;
}

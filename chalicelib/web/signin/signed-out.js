// The page outside: after signing out, and for those whose account the directory does not know or has switched off.
import { html, useEffect, useState } from "../lib/html.js";
import { located } from "../lib/place.js";
import { useQuery } from "../lib/router.js";
import { t } from "../lib/texts.js";
import { begin, claims, settings } from "./session.js";
import { Threshold } from "./threshold.js";

const REASONS = ["unknown", "disabled", "unaccepted"];

export default function SignedOut() {
  const { why } = useQuery();
  const [known, setKnown] = useState({});
  useEffect(() => {
    settings().then(setKnown, () => {}); // the words do without
  }, []);
  const { email, name, preferred_username: user } = claims();
  const account = email || user || name || t("signin.thisAccount");
  if (!REASONS.includes(why)) {
    return html`<${Threshold} title=${t("signin.out")} act=${t("signin.signIn")} onAct=${() => begin("/")}>${t("signin.outWhy")}<//>`;
  }
  return html`<${Threshold} title=${t(`signin.${why}`)} act=${t("signin.otherAccount")} onAct=${() => begin("/", "select_account")}
    other=${t("signin.tryAgain")} onOther=${() => location.assign(located("/"))}>
    <p>${t(`signin.${why}Why`, { account })}</p>
    ${known.contact ? html`<p>${t("signin.askContact", { contact: known.contact })}</p>` : html`<p>${t("signin.ask")}</p>`}
  <//>`;
}

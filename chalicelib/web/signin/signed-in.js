// Where the issuer sends people back to: takes its answer, then goes on to the page they wanted.
import { html, useEffect, useState } from "../lib/html.js";
import { t } from "../lib/texts.js";
import { Threshold } from "./threshold.js";
import { begin, finish } from "./session.js";

const PATIENCE = 400; // milliseconds before words appear; most sign-ins are done by then
let answer = null; // an issuer's answer is good once, however often the page is drawn

export default function SignedIn({ enter }) {
  const [failed, setFailed] = useState(null);
  const [slow, setSlow] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setSlow(true), PATIENCE);
    answer ??= finish();
    answer.then(enter, setFailed);
    return () => clearTimeout(timer);
  }, []);
  if (!failed) return html`<${Threshold} title=${slow ? t("signin.signingIn") : ""} waiting />`;
  const why = failed.why || "broken";
  const other = ["refused", "mismatch"].includes(why);
  return html`<${Threshold} title=${t(`signin.${why}`)} act=${t("signin.signInAgain")} onAct=${() => begin("/")}
    other=${other && t("signin.otherAccount")} onOther=${() => begin("/", "select_account")}>${t(`signin.${why}Why`)}<//>`;
}

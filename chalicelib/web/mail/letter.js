// A mail as it looks, inside a page of ours. Its styles go in through the CSSOM, in a shadow, and reach nothing else.
import { ErrorNote } from "../kit/telling.js";
import { Skeleton } from "../kit/base.js";
import { ApiError, Offline } from "../lib/api.js";
import { html, useEffect, useRef, useState } from "../lib/html.js";
import { located } from "../lib/place.js";
import { t } from "../lib/texts.js";
import { expired, token } from "../signin/session.js";
import { mailOf } from "./markup.js";

/** Ask for a mail: `{subject, styles, body}`, or `{subject, text}` where the path says `format=text`. */
export async function fetchLetter(method, path, body, signal) {
  const headers = { Authorization: `Bearer ${await token()}`, ...(body === undefined ? {} : { "Content-Type": "application/json" }) };
  const answer = await fetch(located(path), { method, headers, body: body === undefined ? undefined : JSON.stringify(body), signal, cache: "no-store" }).catch((problem) => {
    throw problem.name === "AbortError" ? problem : new Offline();
  });
  if (!answer.ok) {
    const refusal = new ApiError(answer.status, await answer.json().catch(() => null));
    if (refusal.status === 401) await expired(refusal.code);
    throw refusal;
  }
  const text = await answer.text();
  if (!path.includes("format=text")) return mailOf(text);
  const [first, , ...rest] = text.split("\n");
  return { subject: first.replace(/^Subject: /, ""), text: rest.join("\n") };
}

function draw(host, mail) {
  const root = host.shadowRoot || host.attachShadow({ mode: "open" });
  const sheet = new CSSStyleSheet();
  // The width that counts is that of the place the mail stands in, not the window's.
  const styles = mail.styles.replaceAll(/@media \((max|min)-width/g, "@container ($1-width").replaceAll(/\bbody\b/g, ".letter-body");
  sheet.replaceSync(`:host { all: initial; display: block; color-scheme: light dark; container-type: inline-size; }\n${styles}\nh3, h4, h5 { font-family: inherit; }`);
  root.adoptedStyleSheets = [sheet];
  root.replaceChildren(mail.body);
}

/**
 * The mail that `load(signal, format)` gives, as a page or as plain text; the former one stays until the next comes, and
 * when it is refused: `refused(error)` may tell where it is at fault (null: it came).
 */
export function Letter({ load, deps, format = "html", narrow, refused }) {
  const [shown, setShown] = useState({});
  const host = useRef(null);
  useEffect(() => {
    const stop = new AbortController();
    setShown(({ mail }) => ({ mail }));
    load(stop.signal, format).then(
      (mail) => stop.signal.aborted || (setShown({ mail }), refused?.(null)),
      (error) => stop.signal.aborted || (setShown((before) => ({ ...before, error })), refused?.(error)),
    );
    return () => stop.abort();
  }, [...deps, format]);
  const { mail, error } = shown;
  useEffect(() => void (mail?.body && host.current && draw(host.current, mail)), [mail]);
  if (error && !(mail && refused)) return html`<${ErrorNote} error=${error} />`;
  if (!mail) return html`<div class="letter"><${Skeleton} lines=${5} /></div>`;
  return html`<figure class=${narrow ? "letter letter-narrow" : "letter"} aria-label=${t("letter.about", { subject: mail.subject })}>
    <figcaption class="letter-subject"><span class="muted small">${t("letter.subject")}</span> <bdi class="strong">${mail.subject}</bdi></figcaption>
    ${mail.body ? html`<div key="page" class="letter-page" tabindex="0" role="group" aria-label=${t("letter.words")} ref=${host}></div>` : html`<pre key="text" class="letter-text" tabindex="0">${mail.text}</pre>`}
  </figure>`;
}

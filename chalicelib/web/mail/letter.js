// A mail as it looks, inside a page of ours: fetched as a document that never runs, copied element by element.
// No frame, no inner HTML: the page's policy stays as strict as it is. Styles go in through the CSSOM, in a shadow.
import { html, useEffect, useRef, useState } from "../lib/html.js";
import { call, Offline } from "../lib/api.js";
import { ErrorNote } from "../kit/telling.js";
import { Skeleton } from "../kit/base.js";
import { t } from "../lib/texts.js";
import { token } from "../signin/session.js";

const COPIED = new Set("ARTICLE BDI BLOCKQUOTE BR DIV EM LI OL P SPAN STRONG TABLE TBODY TD TH TR UL".split(" "));
const RENAMED = { A: "span", H1: "h3", H2: "h4", H3: "h5", CENTER: "div" }; // a page has one h1, and links lead nowhere here
const KEPT = ["class", "dir", "lang", "align", "valign", "width", "colspan", "rowspan", "cellpadding", "cellspacing", "border", "scope", "aria-hidden"];

/** Ask for a mail: `{subject, page}` with `page` an inert document, or `{subject, text}` with `format=text`. */
export async function fetchLetter(method, path, body, signal) {
  const carried = await token();
  return new Promise((done, failed) => {
    const asked = new XMLHttpRequest();
    const plain = path.includes("format=text");
    asked.open(method, path);
    asked.responseType = plain ? "text" : "document";
    asked.setRequestHeader("Authorization", `Bearer ${carried}`);
    if (body !== undefined) asked.setRequestHeader("Content-Type", "application/json");
    // A refusal is JSON, which cannot be read as a document: asked for again, it comes as everybody else's errors do.
    asked.onload = () => (asked.status < 300 ? done(read(asked, plain)) : call(method, path, body, { signal }).then(() => failed(new Offline()), failed));
    asked.onerror = () => failed(new Offline());
    signal?.addEventListener("abort", () => asked.abort());
    asked.send(body === undefined ? null : JSON.stringify(body));
  });
}

function read(asked, plain) {
  if (!plain) return { subject: asked.response.title, page: asked.response };
  const [first, , ...rest] = asked.response.split("\n");
  return { subject: first.replace(/^Subject: /, ""), text: rest.join("\n") };
}

/** A copy of a node with nothing in it but words, boxes and their styles. */
function copied(node) {
  if (node.nodeType === Node.TEXT_NODE) return document.createTextNode(node.data);
  if (node.nodeType !== Node.ELEMENT_NODE) return null;
  if (node.tagName === "IMG") return picture(node);
  const name = COPIED.has(node.tagName) ? node.tagName : RENAMED[node.tagName];
  if (!name) return null;
  const made = document.createElement(name);
  for (const one of KEPT) if (node.hasAttribute(one)) made.setAttribute(one, node.getAttribute(one));
  if (node.getAttribute("role") === "presentation") made.setAttribute("role", "presentation");
  made.style.cssText = node.getAttribute("style") || "";
  made.append(...[...node.childNodes].map(copied).filter(Boolean));
  return made;
}

/** Where a picture stands: this page loads nothing from elsewhere, so its words stand for it. */
function picture(node) {
  const made = document.createElement("span");
  made.textContent = node.alt || "";
  made.style.cssText = `${node.getAttribute("style") || ""};display:inline-block;padding:0 12px;border:1px dashed currentColor;border-radius:6px`;
  return made;
}

function draw(host, page) {
  const root = host.shadowRoot || host.attachShadow({ mode: "open" });
  const sheet = new CSSStyleSheet();
  const styles = [...page.querySelectorAll("style")].map((one) => one.textContent).join("\n");
  sheet.replaceSync(`:host { all: initial; display: block; color-scheme: light dark; }\n${styles.replaceAll(/\bbody\b/g, ".letter-body")}`);
  root.adoptedStyleSheets = [sheet];
  const body = document.createElement("div");
  body.className = `letter-body ${page.body.className}`;
  body.style.cssText = page.body.getAttribute("style") || "";
  body.append(...[...page.body.childNodes].map(copied).filter(Boolean));
  root.replaceChildren(body);
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
  useEffect(() => void (mail?.page && host.current && draw(host.current, mail.page)), [mail]);
  if (error && !(mail && refused)) return html`<${ErrorNote} error=${error} />`;
  if (!mail) return html`<div class="letter"><${Skeleton} lines=${5} /></div>`;
  return html`<figure class=${narrow ? "letter letter-narrow" : "letter"} aria-label=${t("letter.about", { subject: mail.subject })}>
    <figcaption class="letter-subject"><span class="muted small">${t("letter.subject")}</span> <bdi class="strong">${mail.subject}</bdi></figcaption>
    ${mail.page ? html`<div class="letter-page" ref=${host}></div>` : html`<pre class="letter-text" tabindex="0">${mail.text}</pre>`}
  </figure>`;
}

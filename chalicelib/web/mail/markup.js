// Our own mails' HTML as elements, without the browser's parser: the page's policy lets nothing be interpreted as
// markup, and styles written in it would be refused. What is made here are boxes and words; everything else is left out.
const COPIED = new Set(["article", "bdi", "blockquote", "br", "div", "em", "li", "ol", "p", "span", "strong", "table", "tbody", "td", "th", "thead", "tr", "ul"]);
const RENAMED = { a: "span", h1: "h3", h2: "h4", h3: "h5", center: "div" }; // a page has one h1; links lead nowhere here
const KEPT = new Set(["class", "dir", "lang", "align", "valign", "width", "colspan", "rowspan", "cellpadding", "cellspacing", "border", "scope", "aria-hidden"]);
const EMPTY = new Set(["br", "img", "hr", "meta", "link", "input"]);
const PIECE = /<!--[^]*?-->|<![^>]*>|<(\/?)([a-zA-Z][\w-]*)((?:\s+[^\s=>/]+(?:\s*=\s*"[^"]*")?)*)\s*\/?>|[^<]+|</g;
const ATTRIBUTE = /([^\s=]+)\s*=\s*"([^"]*)"/g;
const NAMED = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'", nbsp: "\u00a0", zwnj: "\u200c", middot: "·" };

const unescaped = (text) => text.replace(/&(?:#x([0-9a-f]+)|#(\d+)|(\w+));/gi, (whole, hex, decimal, name) => {
  if (name) return NAMED[name.toLowerCase()] ?? whole;
  const point = parseInt(hex || decimal, hex ? 16 : 10);
  return point > 0x10ffff ? "" : String.fromCodePoint(point);
});

const attributesOf = (text) => new Map([...text.matchAll(ATTRIBUTE)].map(([, name, value]) => [name.toLowerCase(), unescaped(value)]));

/** Set styles one by one through the CSSOM: as a text they would be refused. */
function dress(element, text = "") {
  for (const one of text.split(";")) {
    const [name, ...value] = one.split(":");
    const [, shown, important] = value.join(":").match(/^([^]*?)(!important)?$/);
    if (shown.trim()) element.style.setProperty(name.trim(), shown.trim(), important ? "important" : "");
  }
  return element;
}

/** An element of ours for one of the mail's, null for what is left out with all that is in it. */
function made(name, attributes) {
  if (name === "img") return picture(attributes);
  const wanted = COPIED.has(name) ? name : RENAMED[name];
  if (!wanted) return null;
  const element = document.createElement(wanted);
  for (const [key, value] of attributes) if (KEPT.has(key)) element.setAttribute(key, value);
  if (attributes.get("role") === "presentation") element.setAttribute("role", "presentation");
  return dress(element, attributes.get("style"));
}

/** Where a picture stands: this page loads nothing from elsewhere, so its words stand for it. */
function picture(attributes) {
  const element = document.createElement("span");
  element.textContent = attributes.get("alt") || "";
  dress(element, attributes.get("style"));
  return dress(element, "display:inline-block;padding:0 12px;border:1px dashed currentColor;border-radius:6px");
}

function filled(root, text) {
  const open = [{ name: "", element: root }];
  for (const [piece, closes, tag, attributes] of text.matchAll(PIECE)) {
    const name = tag?.toLowerCase();
    if (!name) {
      const words = piece.startsWith("<!") ? "" : unescaped(piece);
      if (words) open.at(-1).element?.append(words);
    } else if (closes) {
      const place = open.findLastIndex((one) => one.name === name);
      if (place > 0) open.length = place;
    } else {
      const around = open.at(-1).element;
      const element = around && made(name, attributesOf(attributes));
      if (element) around.append(element);
      if (!EMPTY.has(name)) open.push({ name, element });
    }
  }
  return root;
}

/** The mail of this HTML: its `subject`, the `styles` of its head, and its `body` as an element of class letter-body. */
export function mailOf(text) {
  const [, attributes = "", inside = ""] = text.match(/<body\b([^>]*)>([^]*)<\/body>/) || [];
  const kept = attributesOf(attributes);
  const body = document.createElement("div");
  body.className = `letter-body ${kept.get("class") || ""}`;
  dress(body, kept.get("style"));
  return {
    subject: unescaped(text.match(/<title>([^<]*)<\/title>/)?.[1] || "").trim(),
    styles: [...text.matchAll(/<style>([^]*?)<\/style>/g)].map(([, one]) => one).join("\n"),
    body: filled(body, inside),
  };
}

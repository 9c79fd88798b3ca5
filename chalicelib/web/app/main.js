// The start: who is signed in, then the page of the address, loaded with its texts and styles when it is first opened.
import { ErrorNote, NotFound } from "../kit/telling.js";
import { html, render, useEffect, useLayoutEffect, useState } from "../lib/html.js";
import { Me, whoAmI } from "../lib/me.js";
import { here, located } from "../lib/place.js";
import { match, useAddress } from "../lib/router.js";
import { has, load, t } from "../lib/texts.js";
import { Frame } from "./frame.js";
import { PAGES } from "./routes.js";

const assets = document.documentElement.dataset.assets;
const loaded = new Map();

function style(name) {
  const href = `${assets}/styles/${name}.css`;
  if (document.querySelector(`link[href="${href}"]`)) return Promise.resolve();
  const link = Object.assign(document.createElement("link"), { rel: "stylesheet", href });
  return new Promise((done) => {
    link.onload = link.onerror = done;
    document.head.append(link);
  });
}

async function opened(page) {
  if (!loaded.has(page)) {
    const styles = (page.styles || [page.area]).map(style);
    const texts = [page.area, ...(page.texts || [])].map(load);
    const [module] = await Promise.all([page.load(), ...styles, ...texts]);
    loaded.set(page, module);
  }
  return loaded.get(page);
}

function found(path) {
  for (const page of PAGES) {
    const parameters = match(page.path, path);
    if (parameters) return { page, parameters };
  }
  return null;
}

/** The page of the address. The former one stays until the next has come, so that nothing jumps. */
function Page({ me, enter }) {
  const { path } = useAddress();
  const [shown, setShown] = useState(null);
  useEffect(() => {
    let current = true;
    const target = found(path);
    if (!target || (me && target.page.sees && !target.page.sees(me))) {
      setShown({ Body: () => html`<div class="page"><${NotFound} /></div>`, parameters: {}, path, title: t("kit.noPage") });
      return undefined;
    }
    opened(target.page).then(
      (module) => current && setShown({ Body: module.default, parameters: target.parameters, path, title: titleOf(target.page) }),
      (error) => current && setShown({ Body: () => html`<div class="page"><${ErrorNote} error=${error} retry=${() => location.reload()} /></div>`, parameters: {}, path }),
    );
    return () => (current = false);
  }, [path]);
  useLayoutEffect(() => {
    if (shown?.title) document.title = t("frame.title", { page: shown.title });
  }, [shown]);
  if (!shown) return html`<div class="page"></div>`;
  const { Body, parameters } = shown;
  return html`<${Body} key=${JSON.stringify(parameters) + (shown.title || "")} enter=${enter} ...${parameters} />`;
}

const titleOf = (page) => (has(`${page.area}.title`) ? t(`${page.area}.${page.title || "title"}`) : "");

async function start() {
  const root = document.getElementById("app");
  await Promise.all([load("kit"), load("frame")]);
  const target = found(here());
  if (target?.page.bare) return render(html`<${Page} me=${null} enter=${enter} />`, root);
  const page = target && opened(target.page).catch(() => {}); // comes while we ask who we are
  try {
    const me = await whoAmI();
    await page;
    render(html`<${Me.Provider} value=${me}><${Frame}><${Page} me=${me} /><//><//>`, root);
  } catch (error) {
    if (error.status === 401) return undefined; // on the way to sign in
    render(html`<div class="page page-narrow"><${ErrorNote} error=${error} retry=${() => location.reload()} /></div>`, root);
  }
  return undefined;
}

/** From a page outside the frame to one inside, once somebody is signed in. */
function enter(path) {
  history.replaceState({}, "", located(path));
  return start();
}

start();

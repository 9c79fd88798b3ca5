// Everything the filters let through as a file of JSON lines, made in the background.
import { Button } from "../kit/base.js";
import { explained, toast } from "../kit/telling.js";
import { get, post } from "../lib/api.js";
import { html, useEffect, useRef, useState } from "../lib/html.js";
import { t } from "../lib/texts.js";

const EXPORTS = "/api/v1/audit/exports";
const FIRST_WAIT = 700;
const LONGEST_WAIT = 5_000;

export function Export({ filters }) {
  const [busy, setBusy] = useState(false);
  const here = useRef(true);
  useEffect(() => () => void (here.current = false), []);
  const go = async () => {
    setBusy(true);
    try {
      const { id } = await post(EXPORTS, Object.fromEntries(filters));
      const found = await finished(id, here);
      if (found?.downloadUrl) location.assign(found.downloadUrl);
    } catch (problem) {
      toast(explained(problem), { tone: "deny" });
    }
    if (here.current) setBusy(false);
  };
  return html`<${Button} icon="download" busy=${busy} onClick=${go} title=${t("audit.exportWhat")}>${t(busy ? "audit.exporting" : "audit.export")}<//>`;
}

/** Wait until the file is there, as long as somebody looks at this page. */
async function finished(id, here) {
  for (let wait = FIRST_WAIT; here.current; wait = Math.min(wait * 1.5, LONGEST_WAIT)) {
    const found = await get(`${EXPORTS}/${id}`);
    if (found.finishedDateTime) return found;
    await new Promise((go) => setTimeout(go, wait));
  }
  return null;
}

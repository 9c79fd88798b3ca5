// A table that begins short, so that a page can be read as a whole; on paper it is complete as far as it was loaded.
import { Button } from "../kit/base.js";
import { DataTable } from "../kit/layout.js";
import { html, useEffect, useState } from "../lib/html.js";
import { t } from "../lib/texts.js";

const FIRST = 8;

export function Brief({ list, ...more }) {
  const [whole, setWhole] = useState(false);
  useEffect(() => {
    const printing = () => setWhole(true);
    addEventListener("beforeprint", printing);
    return () => removeEventListener("beforeprint", printing);
  }, []);
  const { rows } = list;
  if (whole || rows.length <= FIRST + 2) return html`<${DataTable} ...${more} list=${list} />`;
  const label = list.more ? t("evidence.showMore", { count: rows.length - FIRST }) : t("evidence.showAll", { count: rows.length });
  return html`<div><${DataTable} ...${more} list=${{ rows: rows.slice(0, FIRST) }} />
    <div class="table-more"><${Button} small onClick=${() => setWhole(true)}>${label}<//></div></div>`;
}

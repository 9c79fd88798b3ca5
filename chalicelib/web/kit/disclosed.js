// A table that waits behind a line: the numbers of a chart for those who would rather read them.
import { html } from "../lib/html.js";

/** `heads` of the columns and `rows` of texts; the first column names its row. `none` stands there without any. */
export const Table = ({ label, caption, heads, rows, none }) => html`<details class="disclosed"><summary>${label}</summary>
  ${rows.length ? html`<table class="table table-small"><caption class="unseen">${caption}</caption>
    <thead><tr>${heads.map((one, place) => html`<th scope="col" key=${one} class=${place ? "right" : undefined}>${one}</th>`)}</tr></thead>
    <tbody>${rows.map((row) => html`<tr key=${row[0]}>${row.map((cell, place) => place === 0
      ? html`<th scope="row">${cell}</th>` : html`<td class="right" data-title=${heads[place]}>${cell}</td>`)}</tr>`)}</tbody></table>`
    : html`<p class="muted">${none}</p>`}
</details>`;

// A sentence that is a form: words with controls between them, each labelled for those who cannot see the sentence.
import { html } from "../lib/html.js";

/** A text with controls where its `{names}` stand. */
export const Sentence = ({ text, parts, level = "p", ...more }) =>
  html`<${level} class="sentence" ...${more}>${text.split(/(\{\w+\})/).map((piece) => {
    const name = /^\{(\w+)\}$/.exec(piece)?.[1];
    return name ? parts[name] : piece;
  })}<//>`;

const carried = ({ id, label, error }) => ({
  id,
  "aria-label": label,
  "aria-invalid": error ? "true" : undefined,
  "aria-describedby": error ? `${id}-error` : undefined,
});

/** A choice inside a sentence. */
export const InlineSelect = ({ id, label, error, value, options, onChange }) =>
  html`<select class="inline-control inline-select" ...${carried({ id, label, error })} onChange=${(event) => onChange(event.target.value)}>
    ${options.map((one) => html`<option key=${one.value} value=${one.value} selected=${one.value === value}>${one.label}</option>`)}
  </select>`;

/** A date inside a sentence: in words, and the browser's own field while it has the focus. */
export const InlineDate = ({ words, ...more }) =>
  html`<span class="inline-dated"><${InlineInput} type="date" ...${more} /><span class="inline-words" aria-hidden="true">${words}</span></span>`;

/** A number or a date inside a sentence. */
export const InlineInput = ({ id, label, error, value, onInput, type = "text", ...more }) =>
  html`<input class="inline-control inline-${type}" type=${type} ...${carried({ id, label, error })} ...${more} value=${value}
    onInput=${(event) => onInput(event.target.value)} />`;

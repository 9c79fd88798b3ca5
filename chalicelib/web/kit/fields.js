// Everything one fills in: labelled fields with their help and their error, and a picker of people.
import { get } from "../lib/api.js";
import { html, useEffect, useId, useRef, useState } from "../lib/html.js";
import { useStill } from "../lib/hooks.js";
import { t } from "../lib/texts.js";
import { Avatar, Icon } from "./base.js";

/** A label, a control (a function of what it must carry), one sentence of help, and the error of this field. */
export function Field({ label, help, error, hideLabel, id: given, children }) {
  const made = useId();
  const id = given || made;
  const told = [help && `${id}-help`, error && `${id}-error`].filter(Boolean).join(" ") || undefined;
  return html`<div class=${error ? "field field-wrong" : "field"}>
    <label for=${id} class=${hideLabel ? "unseen" : "field-label"}>${label}</label>
    ${children({ id, "aria-describedby": told, "aria-invalid": error ? "true" : undefined })}
    ${help && html`<p id="${id}-help" class="field-help">${help}</p>`}
    ${error && html`<p id="${id}-error" class="field-error"><${Icon} name="circle-alert" size=${14} />${error}</p>`}
  </div>`;
}

/** A line of text. `value`, `onInput(text)`; other attributes go to the input. */
export const TextInput = ({ label, help, error, hideLabel, id, value, onInput, ...more }) =>
  html`<${Field} ...${{ label, help, error, hideLabel, id }}>${(carried) =>
    html`<input type="text" class="input" ...${carried} ...${more} value=${value ?? ""} onInput=${(event) => onInput(event.target.value)} />`}<//>`;

/** Several lines of text. */
export const TextArea = ({ label, help, error, hideLabel, id, value, onInput, rows = 3, ...more }) =>
  html`<${Field} ...${{ label, help, error, hideLabel, id }}>${(carried) =>
    html`<textarea class="input" rows=${rows} ...${carried} ...${more} value=${value ?? ""} onInput=${(event) => onInput(event.target.value)}></textarea>`}<//>`;

/** One of several: `options` are [{value, label}] or groups {label, options}. */
export const Select = ({ label, help, error, hideLabel, id, value, options, onChange, ...more }) =>
  html`<${Field} ...${{ label, help, error, hideLabel, id }}>${(carried) =>
    html`<select class="input select" ...${carried} ...${more} value=${value} onChange=${(event) => onChange(event.target.value)}>
      ${options.map((one) => one.options ? html`<optgroup label=${one.label}>${one.options.map((inner) => option(inner, value))}</optgroup>` : option(one, value))}
    </select>`}<//>`;

const option = (one, value) =>
  html`<option value=${one.value} selected=${one.value === value} disabled=${one.disabled}>${one.label}</option>`;

/** A box to tick, with one sentence of help. */
export function Check({ label, help, checked, onChange, disabled, ...more }) {
  const id = useId();
  return html`<div class="check"><input type="checkbox" id=${id} checked=${checked} disabled=${disabled} ...${more}
      aria-describedby=${help ? `${id}-help` : undefined} onChange=${(event) => onChange(event.target.checked)} />
    <div><label for=${id}>${label}</label>${help && html`<p id="${id}-help" class="field-help">${help}</p>`}</div></div>`;
}

/** A few choices of which one holds, each with one sentence: `options` [{value, label, help}]. */
export function Choice({ legend, hideLegend, value, options, onChange, name: given }) {
  const made = useId();
  const name = given || made;
  return html`<fieldset class="choice"><legend class=${hideLegend ? "unseen" : "field-label"}>${legend}</legend>
    ${options.map((one) => html`<label class="choice-one" key=${one.value}>
      <input type="radio" name=${name} value=${one.value} checked=${one.value === value} disabled=${one.disabled} onChange=${() => onChange(one.value)} />
      <span><span class="strong">${one.label}</span>${one.help && html`<span class="field-help">${one.help}</span>`}</span></label>`)}
  </fieldset>`;
}

/** A search field; `/` may focus it when it has the id "search". */
export const SearchInput = ({ label, value, onInput, id = "search", ...more }) => html`<div class="search">
  <${Icon} name="search" /><label class="unseen" for=${id}>${label}</label>
  <input type="search" class="input" id=${id} placeholder=${label} autocomplete="off" spellcheck="false" ...${more} value=${value ?? ""}
    onInput=${(event) => onInput(event.target.value)} />
</div>`;

const quoted = (text) => text.replaceAll("'", "''");

async function found(text, signal) {
  const ways = ["displayName", "userPrincipalName"].map((name) => `startswith(${name},'${quoted(text)}')`);
  const asked = ways.map((filter) => get(`/v1.0/users?$top=8&$filter=${encodeURIComponent(filter)}`, { signal }));
  const people = (await Promise.all(asked)).flatMap((page) => page.value);
  return [...new Map(people.map((one) => [one.id, one])).values()].slice(0, 8);
}

/**
 * Choose a person by name or address: `value` a user of Graph's or null, `onChange(user)`; `without` ids not offered;
 * `search(text, signal)` where other things than people are to be found.
 * A combobox: arrows move, Enter takes, Escape closes.
 */
export function PersonPicker({ id, label, help, error, hideLabel, value, onChange, without = [], placeholder, autofocus, search = found }) {
  const [text, setText] = useState("");
  const [people, setPeople] = useState(null);
  const [at, setAt] = useState(0);
  const still = useStill(text.trim(), 180);
  const input = useRef(null);
  const listId = useId();
  useEffect(() => {
    if (still.length < 1) return setPeople(null);
    const stop = new AbortController();
    search(still, stop.signal).then((all) => (setPeople(all.filter((one) => !without.includes(one.id))), setAt(0)), () => {});
    return () => stop.abort();
  }, [still]);
  useEffect(() => void (autofocus && input.current?.focus()), []);
  const take = (person) => {
    setText("");
    setPeople(null);
    onChange(person);
  };
  const keys = (event) => {
    if (!people?.length) return;
    const move = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (move) setAt((at + move + people.length) % people.length);
    else if (event.key === "Enter") take(people[at]);
    else if (event.key === "Escape") setPeople(null);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  if (value) return html`<div class="field"><span class=${hideLabel ? "unseen" : "field-label"}>${label}</span><${Chosen} person=${value} drop=${() => onChange(null)} /></div>`;
  return html`<${Field} ...${{ id, label, help, error, hideLabel }}>${(carried) => html`<div class="picker">
    <input ref=${input} type="text" class="input" role="combobox" autocomplete="off" aria-expanded=${people ? "true" : "false"} aria-controls=${listId}
      aria-autocomplete="list" aria-activedescendant=${people?.length ? `${listId}-${at}` : undefined} placeholder=${placeholder || t("kit.personPlaceholder")}
      ...${carried} value=${text} onInput=${(event) => setText(event.target.value)} onKeyDown=${keys} onBlur=${() => setTimeout(() => setPeople(null), 150)} />
    <ul id=${listId} role="listbox" aria-label=${label} class="picker-list" hidden=${!people}>
      ${people?.map((one, place) => html`<li key=${one.id} id="${listId}-${place}" role="option" aria-selected=${place === at ? "true" : "false"}
        onMouseDown=${(event) => (event.preventDefault(), take(one))}><${Avatar} name=${one.displayName} id=${one.id} size=${28} />
        <span class="person-words"><span class="person-name clip">${one.displayName}</span><span class="person-detail clip">${[one.jobTitle, one.userPrincipalName].filter(Boolean).join(" · ")}</span></span></li>`)}
      ${people?.length === 0 && html`<li class="picker-none muted" role="option" aria-selected="false" aria-disabled="true">${t("kit.nobodyFound", { text: still })}</li>`}
    </ul></div>`}<//>`;
}

const Chosen = ({ person, drop }) => html`<span class="chosen"><${Avatar} name=${person.displayName} id=${person.id} size=${24} />
  <span class="clip">${person.displayName}</span>
  <button type="button" class="chosen-drop" onClick=${drop}><${Icon} name="x" label=${t("kit.removePerson", { name: person.displayName })} /></button></span>`;

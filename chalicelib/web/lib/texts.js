// The words of the portal: language files apart from the code, loaded with the page that needs them.
const LANGUAGE = "en";
const words = new Map();
const plural = new Intl.PluralRules(LANGUAGE);
const numbers = new Intl.NumberFormat(LANGUAGE);

/** Load the texts of an area; repeated calls cost nothing. */
export async function load(area) {
  const file = await import(`../texts-${LANGUAGE}/${area}.js`);
  for (const [key, text] of Object.entries(file.default)) words.set(`${area}.${key}`, text);
}

/** A text by `area.key`, with `{name}` replaced. One with forms (`one`, `other`, perhaps `zero`) goes by `count`. */
export function t(key, values = {}) {
  const found = words.get(key);
  if (found === undefined) {
    console.error(`There is no text ${key}.`);
    return key;
  }
  return chosen(found, values.count).replace(/\{(\w+)\}/g, (whole, name) =>
    name in values ? shown(values[name]) : whole,
  );
}

/** Is there such a text? For words made from codes of the API, which may grow. */
export const has = (key) => words.has(key);

function chosen(text, count) {
  if (typeof text === "string") return text;
  if (count === 0 && text.zero !== undefined) return text.zero;
  return text[plural.select(count ?? 0)] ?? text.other;
}

function shown(value) {
  return typeof value === "number" ? numbers.format(value) : String(value ?? "");
}

/** A number as people read it: 12,345. */
export const number = (value) => numbers.format(value);

/** A share from 0 to 1 as a percentage: never 100 % before all of it is there. */
export const percent = (share) => `${Math.floor(Math.min(Math.max(share, 0), 1) * 100)}%`;

/** Counts as percentages that add up to 100: what rounding down leaves goes to those that lost the most. */
export function percents(counts) {
  const total = counts.reduce((sum, one) => sum + one, 0) || 1;
  const exact = counts.map((one) => (one * 100) / total);
  const whole = exact.map(Math.floor);
  const left = Math.round(exact.reduce((sum, one) => sum + one, 0)) - whole.reduce((sum, one) => sum + one, 0);
  const lost = exact.map((one, place) => [one - whole[place], place]).sort(([one], [other]) => other - one);
  for (const [, place] of lost.slice(0, left)) whole[place] += 1;
  return whole.map((one) => `${one}%`);
}

/** Names as a list in words: "Ana, Bo and Cy". */
export const list = (names) => new Intl.ListFormat(LANGUAGE, { type: "conjunction" }).format(names);

/** Compare two texts as people sort them. */
export const compare = new Intl.Collator(LANGUAGE, { sensitivity: "base", numeric: true }).compare;

export { LANGUAGE };

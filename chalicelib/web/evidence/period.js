// Which stretch of the past is shown: a few usual ones, or two dates. It lives in the address.
import { Select, TextInput } from "../kit/fields.js";
import { now } from "../lib/dates.js";
import { html } from "../lib/html.js";
import { setQuery, useQuery } from "../lib/router.js";
import { t } from "../lib/texts.js";

const DAY = 86_400_000;
const ISO_DAY = /^\d{4}-\d{2}-\d{2}$/;
const OWN = "own";
const SPANS = { month: 30, quarter: 92, year: 366, "three-years": 1_096 };

/** The chosen period as `{period, from, to}`; `from` and `to` are instants for the API, `to` empty for "until now". */
export function usePeriod(usual) {
  const query = useQuery();
  const period = query.period === OWN || query.period in SPANS ? query.period : usual;
  if (period !== OWN) return { period, from: new Date(midnight(now()) - SPANS[period] * DAY).toISOString(), to: "" };
  const first = ISO_DAY.test(query.from || "") ? new Date(`${query.from}T00:00:00`) : null;
  const last = ISO_DAY.test(query.to || "") ? new Date(`${query.to}T23:59:59`) : null;
  return { period, from: instant(first), to: instant(last) };
}

const midnight = (date) => new Date(date).setHours(0, 0, 0, 0);
const instant = (date) => (date && !Number.isNaN(date.getTime()) ? date.toISOString() : "");

/** The two options of the API as a piece of a query. */
export const asked = ({ from, to }) => new URLSearchParams({ ...(from && { from }), ...(to && { to }) });

/** The choice itself. `usual` is the period without one in the address; `periods` those offered. */
export function Period({ usual, periods, id }) {
  const query = useQuery();
  const { period } = usePeriod(usual);
  const options = [...periods, OWN].map((one) => ({ value: one, label: t(`evidence.period-${one}`) }));
  const choose = (value) => setQuery({ period: value === usual ? "" : value, ...(value !== OWN && { from: "", to: "" }) });
  return html`<${Select} id=${id} label=${t("evidence.period")} value=${period} options=${options} onChange=${choose} />
    ${period === OWN && html`
      <${TextInput} type="date" label=${t("evidence.from")} value=${query.from} onInput=${(from) => setQuery({ from })} />
      <${TextInput} type="date" label=${t("evidence.to")} value=${query.to} onInput=${(to) => setQuery({ to })} />`}`;
}

// Finding and ordering people: search, filters with their counts, grouping, sorting. All of it lives in the address.
import { Button } from "../kit/base.js";
import { SearchInput, Select } from "../kit/fields.js";
import { Dialog } from "../kit/floating.js";
import { Chip } from "../kit/layout.js";
import { usePhone } from "../lib/hooks.js";
import { html, useEffect, useState } from "../lib/html.js";
import { setQuery } from "../lib/router.js";
import { t } from "../lib/texts.js";
import { FILTERS, toggled } from "./view.js";

const PAUSE = 120; // milliseconds without a key after which the search is made

/** The row of tools. `wanted` is what the address asks for, `known` what there is to choose from, `children` what
 * stands at the left beneath. */
export function Tools({ wanted, known, loaded, desk, children }) {
  const [text, setText] = useState(wanted.q);
  const [more, setMore] = useState(false);
  const phone = usePhone();
  useEffect(() => {
    const timer = setTimeout(() => text !== wanted.q && setQuery({ q: text }), PAUSE);
    return () => clearTimeout(timer);
  }, [text]);
  useEffect(() => setText(wanted.q), [wanted.q]);
  const left = (event) => {
    if (event.key !== "Escape") return;
    setQuery({ q: "" });
    event.target.blur();
    event.stopPropagation();
  };
  const chips = Object.entries(FILTERS).filter(([name]) => shown(name, wanted, known, desk.rules));
  return html`<div class="tools">
    <${SearchInput} label=${t("review.search")} value=${text} onInput=${setText} onKeyDown=${left} />
    <div class="chips" role="group" aria-label=${t("review.filters")}>${chips.map(([name, one]) => html`<${Chip} key=${name} on=${wanted.show.includes(name)} count=${loaded ? known.counts[name] : undefined}
      onClick=${() => setQuery({ show: toggled(wanted.show, name) })}>${t(`review.filter_${name}`)}<//>`)}</div>
    ${phone && html`<${Button} icon="sliders-horizontal" bare onClick=${() => setMore(true)}>${t("review.arrange")}<//>`}
    <div class="tools-second">${children}${!phone && html`<div class="tools-end"><${Arrange} wanted=${wanted} known=${known} hideLabel />
      <${Button} kind="quiet" bare icon="keyboard" onClick=${() => desk.setAsking("help")}>${t("review.help")}<//></div>`}</div>
    ${more && html`<${Dialog} title=${t("review.arrange")} close=${() => setMore(false)}><div class="stack"><${Arrange} wanted=${wanted} known=${known} /></div><//>`}
  </div>`;
}

/** The filters of most use are chips; one that nothing in this review can ever pass is left out. */
function shown(name, wanted, { counts, suggests }, rules) {
  const offered = { undecided: true, suggested: rules.recommendations && suggests, idle: rules.recommendations && counts.idle > 0, changed: counts.changed > 0 };
  return offered[name] || (wanted.show.includes(name) && name in offered);
}

function Arrange({ wanted, known, hideLabel }) {
  const one = (name, label, value, options, change = (chosen) => setQuery({ [name]: chosen })) => html`<${Select} label=${label} hideLabel=${hideLabel} value=${value} options=${options} onChange=${change} />`;
  const groups = ["department", ...(known.managers > 1 ? ["manager"] : [])];
  const decided = wanted.show.find((name) => FILTERS[name].family === "decision") || "";
  const decisions = ["undecided", "approved", "denied", "unsure"].map((name) => ({ value: name, label: t("review.optionCount", { label: t(`review.filter_${name}`), count: known.counts[name] }) }));
  return html`
    ${one("decision", t("review.decision"), decided, [{ value: "", label: t("review.everyDecision") }, ...decisions], (name) => setQuery({ show: name ? toggled(wanted.show.filter((other) => other !== name), name) : toggled(wanted.show, decided) }))}
    ${known.departments.length > 1 && one("department", t("review.department"), wanted.department, [{ value: "", label: t("review.everyDepartment") }, ...known.departments.map((name) => ({ value: name, label: name }))])}
    ${one("group", t("review.group"), wanted.group, [{ value: "", label: t("review.group_none") }, ...groups.map((name) => ({ value: name, label: t(`review.group_${name}`) }))])}
    ${one("sort", t("review.sort"), wanted.sort, ["name", "suggestion", "signIn", "since"].map((name) => ({ value: name, label: t(`review.sort_${name}`) })))}`;
}

/** The names of the columns, with a box for everything that is shown. */
export function Columns({ desk, ids }) {
  const chosen = ids.filter((id) => desk.selected.has(id)).length;
  const mark = (box) => box && (box.indeterminate = chosen > 0 && chosen < ids.length);
  return html`<div class="columns" role="row" aria-rowindex="1">
    <div role="columnheader" class="cell cell-check"><input type="checkbox" ref=${mark} checked=${ids.length > 0 && chosen === ids.length} disabled=${desk.closed || !ids.length} aria-label=${t("review.selectAll", { count: ids.length })}
      onChange=${(event) => desk.pickAll(ids, event.target.checked)} /></div>
    <div role="columnheader" class="cell">${t("review.columnPerson")}</div>
    <div role="columnheader" class="cell cell-access">${t(desk.manyManagers ? "review.columnManager" : "review.columnAccess")}</div>
    <div role="columnheader" class="cell cell-sign-in">${t("review.columnSignIn")}</div>
    <div role="columnheader" class="cell">${t(desk.rules.recommendations ? "review.columnSuggestion" : "review.columnReason")}</div>
    <div role="columnheader" class="cell cell-decision">${t("review.columnDecision")}</div>
  </div>`;
}

/** Nothing matches: say so, and offer the way back. */
export const NoMatch = () => html`<div class="no-match"><p class="strong">${t("review.noMatch")}</p><p class="muted">${t("review.noMatchWhy")}</p>
  <${Button} icon="rotate-ccw" onClick=${() => setQuery({ q: "", show: "", department: "" })}>${t("review.showAll")}<//></div>`;


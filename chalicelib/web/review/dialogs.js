// The page's dialogs: what accepting the recommendations would do, removing at once, the keys there are.
import { Button, Icon } from "../kit/base.js";
import { Check, TextInput } from "../kit/fields.js";
import { Confirm, Dialog } from "../kit/floating.js";
import { longDay } from "../lib/dates.js";
import { setShortcuts, shortcutsOn } from "../lib/hooks.js";
import { html, useState } from "../lib/html.js";
import { compare, list, t } from "../lib/texts.js";
import { locked } from "./rows.js";
import { remember } from "./reason.js";
import { grace } from "./saving.js";
import { waits } from "./view.js";

const NAMED = 5;

const names = (people) => (people.length > NAMED ? t("review.namesAndMore", { names: people.slice(0, NAMED).map((one) => one.name).join(", "), count: people.length - NAMED }) : list(people.map((one) => one.name)));

const Part = ({ tone, icon, title, people }) => html`<li class="accept-part"><span class="accept-icon hint-${tone}"><${Icon} name=${icon} size=${20} /></span><div><p class="strong">${title}</p>${people.length > 0 && html`<p class="muted small">${names(people)}</p>`}</div></li>`;

/**
 * What accepting would do: to those selected, or with nobody selected to everybody undecided. Decisions that were made
 * are never touched.
 */
export function Accept({ desk, close }) {
  const [reason, setReason] = useState("");
  const [wrong, setWrong] = useState("");
  const chosen = desk.selected.size ? [...desk.selected].map((id) => desk.items.byId.get(id)) : desk.items.all;
  const open = chosen.filter((one) => one && waits(one) && !locked(one, desk)).sort((a, b) => compare(a.name, b.name));
  const by = (what) => open.filter((one) => one.recommendation === what);
  const [keep, remove, left] = [by("Approve"), by("Deny"), by("NoInfoAvailable")];
  const required = desk.rules.justificationRequired && keep.length > 0;
  const count = keep.length + remove.length;
  const go = () => {
    if (required && !reason.trim()) return setWrong(t("review.reasonMissing"));
    remember(reason.trim());
    const notBefore = desk.rules.removes === "atOnce" ? grace() : undefined;
    const wishes = [...keep, ...remove].map((item) => ({ item, decision: item.recommendation, reason: reason.trim() || why(item), note: item.note, notBefore: item.recommendation === "Deny" ? notBefore : undefined }));
    desk.record(desk.items.decide(wishes), "accepted");
    desk.setSelected(new Set());
    return close();
  };
  const foot = html`<${Button} onClick=${close}>${t("kit.cancel")}<//><${Button} kind="primary" disabled=${!count} onClick=${go}>${t("review.acceptCount", { count })}<//>`;
  return html`<${Dialog} title=${t("review.acceptTitle")} close=${close} foot=${foot}><div class="stack">
    <p>${desk.selected.size ? t("review.acceptSelected", { count: open.length }) : t("review.acceptAll", { count: open.length })}</p>
    <ul class="accept">
      <${Part} tone="approve" icon="check" title=${t("review.acceptKeep", { count: keep.length })} people=${keep} />
      <${Part} tone="deny" icon="x" title=${t(`review.acceptRemove_${desk.rules.removes}`, { count: remove.length })} people=${remove} />
      ${left.length > 0 && html`<${Part} tone="plain" icon="minus" title=${t("review.acceptLeft", { count: left.length })} people=${left} />`}
    </ul>
    ${count > 0 && html`<${TextInput} label=${t(required ? "review.acceptReason" : "review.acceptReasonMay")} help=${t("review.reasonSeenMany")} error=${wrong} value=${reason} maxlength="1000" onInput=${(text) => (setReason(text), setWrong(""))} />`}
    <p class="muted small">${t("review.acceptUndo")}</p>
  </div><//>`;
}

const why = (item) => (item.resource !== null ? (item.lastUsed ? t("review.acceptedUse", { day: longDay(item.lastUsed) }) : t("review.acceptedNeverUsed")) : signedIn(item));
const signedIn = (item) => (item.lastSignIn ? t("review.acceptedSignIn", { day: longDay(item.lastSignIn) }) : t("review.acceptedNever"));

/** Several people lose access at once: said in numbers before it happens. */
export function DenyNow({ desk, ids, close }) {
  const act = async () => desk.chooseMany(ids, "Deny", true);
  return html`<${Confirm} title=${t("review.denyNowTitle", { count: ids.length })} label=${t("review.many_Deny", { count: ids.length })} danger act=${act} close=${close}>
    <p>${t("review.denyNow", { names: names(ids.map((id) => desk.items.byId.get(id))) })}</p><//>`;
}

const KEYS = [
  [["J", "↓"], "keyDown"],
  [["K", "↑"], "keyUp"],
  [["A"], "keyApprove"],
  [["D"], "keyDeny"],
  [["U"], "keyUnsure"],
  [["R"], "keyReason"],
  [["Z"], "keyUndo"],
  [["Space"], "keySelect"],
  [["⇧ J", "⇧ ↓"], "keyExtend"],
  [["Enter"], "keyOpen"],
  [["/"], "keySearch"],
  [["Esc"], "keyEscape"],
  [["?"], "keyHelp"],
];

/** The keys there are, and the switch that turns those of a single character off. */
export function Help({ close }) {
  const [on, setOn] = useState(shortcutsOn());
  const turn = (wanted) => (setShortcuts(wanted), setOn(wanted));
  return html`<${Dialog} title=${t("review.help")} close=${close}>
    <dl class="keys">${KEYS.map(([keys, text]) => html`<div key=${text}><dt>${keys.map((one, place) => html`${place > 0 && html` <span class="muted">${t("review.or")}</span> `}<kbd>${one.replace("⇧", t("review.shift"))}</kbd>`)}</dt><dd>${t(`review.${text}`)}</dd></div>`)}</dl>
    <div class="stack"><p class="muted small">${t("review.helpSelection")}</p>
      <${Check} label=${t("review.letters")} help=${t("review.lettersHelp")} checked=${on} onChange=${turn} /></div>
  <//>`;
}

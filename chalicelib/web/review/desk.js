// What one does on the page: selecting, deciding, giving reasons, undoing. State and actions, no looks.
import { now } from "../lib/dates.js";
import { useEffect, useMemo, useRef, useState } from "../lib/html.js";
import { t } from "../lib/texts.js";
import { Earlier } from "./earlier.js";
import { Items } from "./items.js";
import { locked } from "./rows.js";
import { dismiss, grace, listen, useSaving } from "./saving.js";
import { DECISIONS } from "./words.js";

/** Everything the parts of the page share. `closed`: nothing can be decided any more. */
export function useDesk(briefing, me, closed) {
  const [, draw] = useState(0);
  const again = () => draw((one) => one + 1);
  const items = useMemo(() => new Items(briefing, me), [briefing.id]);
  const earlier = useMemo(() => new Earlier(briefing.id, again), [briefing.id]);
  const [current, setCurrent] = useState("");
  const [selected, setSelected] = useState(new Set());
  const [editing, setEditing] = useState(null); // {id, decision, required} under a row, or {ids, decision} of a selection
  const [pane, setPane] = useState(false);
  const [asking, setAsking] = useState(null); // a dialog: "accept", "help", "handOver", {deny: ids}
  const [last, setLast] = useState(null); // what was done last: {text, at}
  const saving = useSaving(briefing.id);
  const undos = useRef([]);
  const goal = useRef(""); // the row that is to have the focus
  const anchor = useRef("");
  const rows = useRef([]); // ids in the order shown, for ranges and moving on

  useEffect(() => {
    const deaf = items.listen(again);
    const refusing = listen((event) => event.type === "refused" && refused(event.refused.map((one) => one.wish.item)));
    items.load();
    return () => (deaf(), refusing(), items.stop());
  }, [items]);

  /** What was refused has not been done, so that there is nothing to undo. */
  function refused(ids) {
    undos.current = undos.current.map((before) => before.filter((one) => !ids.includes(one.item.id))).filter((before) => before.length);
    setLast(null);
  }

  const desk = { briefing, rules: briefing.rules, me, items, earlier, closed, current, selected, editing, pane, asking, last, rows, goal, setAsking, setPane, setSelected };
  desk.saving = saving;
  desk.unsaved = saving.waiting;
  desk.item = items.byId.get(current);
  desk.stand = (id) => current !== id && setCurrent(id);
  desk.open = (id) => (setCurrent(id), setPane(true));

  /** Stand on a row, with the focus on it as soon as it is drawn. */
  desk.goTo = (id) => {
    goal.current = id;
    setCurrent(id);
    again();
  };

  /** Move by rows; with `extend` the selection grows along. */
  desk.move = (by, extend) => {
    const all = rows.current;
    const at = all.indexOf(current);
    const next = all[Math.min(Math.max(at < 0 ? 0 : at + by, 0), all.length - 1)];
    if (!next) return;
    if (extend) setSelected(new Set([...selected, ...(at < 0 ? [] : [current]), next].filter(free)));
    desk.goTo(next);
  };

  const free = (id) => !locked(items.byId.get(id), desk);
  desk.pick = (id, range) => {
    const chosen = new Set(selected);
    const from = rows.current.indexOf(anchor.current);
    if (range && from >= 0) {
      const to = rows.current.indexOf(id);
      rows.current.slice(Math.min(from, to), Math.max(from, to) + 1).filter(free).forEach((one) => chosen.add(one));
    } else if (chosen.has(id)) chosen.delete(id);
    else if (free(id)) chosen.add(id);
    anchor.current = id;
    setSelected(chosen);
    setCurrent(id);
  };
  desk.pickAll = (ids, on) => setSelected(new Set(on ? [...selected, ...ids.filter(free)] : [...selected].filter((id) => !ids.includes(id))));
  desk.clicked = (event, id) => {
    if (event.target.closest("button,input,a")) return;
    if (event.shiftKey) desk.pick(id, true);
    else setCurrent(id);
  };

  const needsReason = (item, decision) => (decision === "Approve" && desk.rules.justificationRequired) || (decision !== "Deny" && deniedByOther(item, me));

  /** Decide one: at once, or after a reason. Choosing what stands takes it back, unless one is moving along. */
  desk.choose = (id, decision, moveOn) => {
    const item = items.byId.get(id);
    if (!item || (item.decision === decision && moveOn) || locked(item, desk)) return moveOn && desk.move(1);
    if (item.decision === decision && !deniedByOther(item, me)) return decide([item], "NotReviewed", {});
    if (needsReason(item, decision) && (!item.reason || deniedByOther(item, me))) return setEditing({ id, decision, required: true });
    decide([item], decision, { reason: decision === "Approve" ? item.reason : "", note: item.note });
    if (moveOn) desk.move(1);
  };

  /** Decide a selection: `ids` in the order shown. */
  desk.chooseMany = (ids, decision, sure) => {
    const chosen = ids.map((id) => items.byId.get(id)).filter((one) => one && !locked(one, desk) && one.decision !== decision);
    if (!chosen.length) return setSelected(new Set());
    if (chosen.some((one) => needsReason(one, decision) && (!one.reason || deniedByOther(one, me)))) return setEditing({ ids: chosen.map((one) => one.id), decision });
    if (decision === "Deny" && desk.rules.removes === "atOnce" && !sure) return setAsking({ deny: chosen.map((one) => one.id) });
    decide(chosen, decision, {});
    setSelected(new Set());
  };

  desk.edit = (id) => setEditing(editing?.id === id ? null : { id, decision: items.byId.get(id).decision === "NotReviewed" ? "Approve" : items.byId.get(id).decision, required: false });
  desk.cancelEdit = () => {
    setEditing(null);
    if (editing.id) desk.goTo(editing.id);
  };
  desk.saveReason = (given) => {
    const { id, ids, decision } = editing;
    setEditing(null);
    const chosen = (ids || [id]).map((one) => items.byId.get(one));
    decide(chosen, decision, given, Boolean(ids));
    if (ids) setSelected(new Set());
    else desk.move(1);
  };

  function decide(chosen, decision, given, keepOwn) {
    const notBefore = decision === "Deny" && desk.rules.removes === "atOnce" ? grace() : undefined;
    const wishes = chosen.map((item) => ({ item, decision, reason: (keepOwn && item.by?.id === me.id && item.reason) || given.reason || "", note: given.note || "", notBefore }));
    desk.record(items.decide(wishes), decision);
  }

  /** Remember what can be undone. */
  desk.record = (before, decision) => {
    undos.current.push(before);
    const [first] = before;
    const what = t(DECISIONS[decision]?.done || "review.accepted");
    const text = before.length > 1 ? t("review.didMany", { count: before.length, what }) : t("review.did", { name: first.item.name, what });
    setLast({ text, at: now(), undo: true });
  };
  desk.undo = () => {
    const before = undos.current.pop();
    if (!before) return;
    items.undo(before);
    setLast({ text: before.length > 1 ? t("review.undidMany", { count: before.length }) : t("review.undid", { name: before[0].item.name }), at: now() });
    if (rows.current.includes(before[0].item.id)) desk.goTo(before[0].item.id);
  };
  /** Decide all the same, after a refusal that told what stands. */
  desk.reconsider = (wish) => {
    dismiss([wish.item]);
    desk.goTo(wish.item);
    desk.choose(wish.item, wish.decision);
  };
  return desk;
}

/** Did another reviewer deny? Whoever replaces that says why (G16). */
const deniedByOther = (item, me) => item.decision === "Deny" && Boolean(item.by) && item.by.id !== me.id;

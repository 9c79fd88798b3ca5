// Everything that waits, across reviews: what is loaded, in which groups it is shown, and deciding it. State and actions,
// no looks. The items and the queue that saves them are those of a single review's page.
import { useEffect, useMemo, useRef, useState } from "../lib/html.js";
import { compare, t } from "../lib/texts.js";
import { Items } from "../review/items.js";
import { locked } from "../review/rows.js";
import { begin, useSaving } from "../review/saving.js";
import { DECISIONS } from "../review/words.js";
import { isOwn } from "./load.js";

const MOST = 300; // rows on this page; a review that does not fit is decided on its own page
const GRACE = 10_000; // milliseconds in which a Deny that removes at once can be taken back
const UNDECIDED = "decision eq 'NotReviewed'";

const machineTime = () => performance.timeOrigin + performance.now(); // what the queue goes by, not the product's time

/** Which of the waiting reviews are shown together, the most urgent first: `{together, apart}`. */
export function chosen(waiting) {
  let room = MOST;
  const together = waiting.filter((one) => !isOwn(one) && one.undecided <= room && (room -= one.undecided) >= 0);
  return { together, apart: waiting.filter((one) => !isOwn(one) && !together.includes(one)) };
}

/** Groups of rows: by person (whose review closes first comes first) or by review. `[{key, rows: [{id, review}]}]` */
export function grouped(rows, by) {
  const groups = new Map();
  for (const row of rows) {
    const key = by === "package" ? row.review.id : row.item.personId;
    groups.set(key, [...(groups.get(key) || []), row]);
  }
  const first = (group) => group.reduce((least, row) => (row.review.endDateTime < least ? row.review.endDateTime : least), "9");
  const inside = by === "package" ? (a, b) => compare(a.item.name, b.item.name) : (a, b) => a.review.endDateTime.localeCompare(b.review.endDateTime) || compare(a.item.package, b.item.package);
  const between = (a, b) => first(a.rows).localeCompare(first(b.rows)) || (by === "package" ? compare(a.rows[0].item.package, b.rows[0].item.package) : compare(a.rows[0].item.name, b.rows[0].item.name));
  return [...groups].map(([key, found]) => ({ key, rows: found.sort(inside) })).sort(between);
}

/** What this page shares: rows, actions, what is being edited. `reviews` as the API lists them. */
export function useWaiting(reviews, me) {
  const [, draw] = useState(0);
  const sources = useMemo(() => reviews.map((review) => ({ review, items: new Items({ id: review.id, definitionId: review.definitionId, asked: { items: review.items } }, me, UNDECIDED) })), [reviews]);
  const [editing, setEditing] = useState(null); // {id, decision, required} under a row, or {ids, decision} of a group
  const [sure, setSure] = useState(null); // ids of a group that would lose access at once
  const [current, setCurrent] = useState("");
  const [last, setLast] = useState(null);
  const undos = useRef([]);
  const saving = useSaving();
  useEffect(() => {
    begin(me.id);
    const again = () => draw((one) => one + 1);
    const deaf = sources.map(({ items }) => items.listen(again));
    sources.forEach(({ items }) => items.load());
    return () => sources.forEach(({ items }, place) => (deaf[place](), items.stop()));
  }, [sources]);

  const rows = sources.flatMap(({ review, items }) => items.all.map((item) => ({ id: item.id, item, items, review })));
  const byId = new Map(rows.map((row) => [row.id, row]));
  const desk = useRef({}).current; // one object for good, so that rows that did not change need not be drawn again
  Object.assign(desk, { me, rows, saving, editing, sure, current, last, setCurrent, setSure });
  desk.loaded = sources.every(({ items }) => items.loaded || items.error);
  desk.failed = sources.filter(({ items }) => items.error && !items.loaded);
  desk.reload = () => desk.failed.forEach(({ items }) => items.load());
  desk.locked = (row) => locked(row.item, { closed: false, rules: { removes: row.review.removes }, unsaved: saving.waiting });
  desk.free = (group) => group.rows.filter((row) => row.item.decision === "NotReviewed" && !desk.locked(row));

  const needsReason = ({ item, review }, decision) =>
    decision === "Approve" && !item.reason && (review.justificationRequired || (item.decision === "Deny" && item.by && item.by.id !== me.id));

  /** Decide one; choosing what stands takes it back. */
  desk.choose = (id, decision) => {
    const row = byId.get(id);
    if (!row || desk.locked(row)) return;
    if (row.item.decision === decision) decide([row], "NotReviewed", {});
    else if (needsReason(row, decision)) setEditing({ id, decision, required: true });
    else decide([row], decision, { reason: decision === "Approve" ? row.item.reason : "", note: row.item.note });
  };

  /** Decide what is undecided in a group. `certain`: that access ends at once has been said. */
  desk.chooseAll = (wanted, decision, certain) => {
    const chosenRows = wanted.filter((row) => !desk.locked(row));
    if (!chosenRows.length) return;
    if (decision === "Deny" && !certain && chosenRows.some((row) => row.review.removes === "atOnce")) setSure(chosenRows);
    else if (chosenRows.some((row) => needsReason(row, decision))) setEditing({ ids: chosenRows.map((row) => row.id), decision });
    else decide(chosenRows, decision, {});
  };

  desk.edit = (id) => setEditing(editing?.id === id ? null : { id, decision: byId.get(id).item.decision === "NotReviewed" ? "Approve" : byId.get(id).item.decision, required: false });
  desk.cancelEdit = () => setEditing(null);
  desk.saveReason = (given) => {
    const { id, ids, decision } = editing;
    setEditing(null);
    decide((ids || [id]).map((one) => byId.get(one)), decision, given);
  };

  function decide(wanted, decision, given) {
    const done = sources.map(({ review, items }) => {
      const notBefore = decision === "Deny" && review.removes === "atOnce" ? machineTime() + GRACE : undefined;
      const wishes = wanted.filter((row) => row.items === items).map(({ item }) => ({ item, decision, reason: given.reason || "", note: given.note || "", notBefore }));
      return wishes.length ? [items, items.decide(wishes)] : null;
    });
    undos.current.push(done.filter(Boolean));
    const values = { name: wanted[0].item.name, package: wanted[0].item.package, count: wanted.length, what: t(DECISIONS[decision].done) };
    setLast({ text: t(wanted.length > 1 ? "reviews.didMany" : "reviews.did", values), undo: true });
  }

  desk.undo = () => {
    const before = undos.current.pop();
    if (!before) return;
    before.forEach(([items, stood]) => items.undo(stood));
    const count = before.reduce((sum, [, stood]) => sum + stood.length, 0);
    setLast({ text: t("reviews.undid", { count }) });
  };
  return desk;
}

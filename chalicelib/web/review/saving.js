// Decisions on their way to the server. A wish is shown at once, kept on this machine until it is saved, sent again when
// the connection comes back, and explained when it is refused. One queue a person serves every page and every review.
import { ApiError, Offline, get, post } from "../lib/api.js";
import { useEffect, useState } from "../lib/html.js";
import { located } from "../lib/place.js";
import { token } from "../signin/session.js";
import { keep, kept } from "./unsent.js";

const BATCH = 100; // decisions a request; the API takes 1,000, fewer keep each answer quick
const GRACE = 10_000; // milliseconds in which a Deny that removes at once can be taken back
const FIRST_WAIT = 1_000;
const LONGEST_WAIT = 30_000;
const PASSING = new Set([408, 425, 429, 500, 502, 503, 504]);

const told = new Set();
let person = "";
let wishes = new Map(); // item id -> wish not yet saved
let refused = new Map(); // item id -> {wish, error, current} until it is dismissed
let underway = new Set(); // item ids of the request that runs now
let wait = 0; // milliseconds until the next try; 0 while all is well
let timer = 0;
let everSaved = false;

/**
 * A wish: `{review, item, name, decision, justification, privateNote, version, before, notBefore}`. `version` is how many
 * submissions of the item were seen; `before` the decision that stood, `{decision, justification}`; with `notBefore`
 * (milliseconds, this machine's clock) it can be withdrawn until then.
 */

/** Begin for a signed-in person: what an earlier page could not send is sent now. Calling it again changes nothing. */
export function begin(personId) {
  if (person === personId) return;
  person = personId;
  const stored = kept(person);
  wishes = new Map(stored.wishes.map((one) => [one.item, one]));
  refused = new Map(stored.refused.map((one) => [one.wish.item, one]));
  keep(person, wishes, refused);
  tell({ type: "begun" });
  soon(0);
}

/** Save these wishes; a later one about the same item takes the place of one that has not been sent. */
export function decide(made) {
  for (const one of made) {
    const waiting = wishes.get(one.item);
    const sent = underway.has(one.item);
    const version = sent && waiting ? waiting.version + 1 : waiting ? waiting.version : one.version;
    wishes.set(one.item, { ...one, version, after: sent || undefined });
    refused.delete(one.item);
  }
  keep(person, wishes, refused);
  tell({ type: "wished", wishes: made });
  soon(0);
}

/** The `notBefore` of a decision that nobody can take back once it is saved. */
export const grace = () => Date.now() + GRACE;

/** Take back wishes that have not been sent; the ids of those that were caught in time. */
export function withdraw(itemIds) {
  const caught = itemIds.filter((id) => wishes.has(id) && !underway.has(id));
  caught.forEach((id) => wishes.delete(id));
  if (caught.length) {
    keep(person, wishes, refused);
    tell({ type: "withdrawn", items: caught });
  }
  return caught;
}

/** Stop showing a refusal. */
export function dismiss(itemIds) {
  itemIds.forEach((id) => refused.delete(id));
  keep(person, wishes, refused);
  tell({ type: "dismissed", items: itemIds });
}

/** What waits to be saved, of one review or of all: `Map` of item id to wish. */
export const waiting = (review) => new Map([...wishes].filter(([, one]) => !review || one.review === review));

/** The wish about one item, or undefined. */
export const wishFor = (itemId) => wishes.get(itemId);

/** What was refused and not dismissed yet, of one review or of all: `[{wish, error, current}]`. */
export const refusals = (review) => [...refused.values()].filter((one) => !review || one.wish.review === review);

/** How saving goes: "idle", "saving", "saved", or "waiting" for a connection. */
export const state = () => (wait ? "waiting" : wishes.size ? "saving" : everSaved ? "saved" : "idle");

/** Hear what happens: `{type: "saved", saved: [{wish, version}]}`, "refused", "wished", "withdrawn", "state". */
export function listen(listener) {
  told.add(listener);
  return () => told.delete(listener);
}

/** `{state, waiting, refusals}` of one review (or of all), drawn again whenever it changes. */
export function useSaving(review) {
  const [, again] = useState(0);
  useEffect(() => listen(() => again((one) => one + 1)), []);
  return { state: state(), waiting: waiting(review), refusals: refusals(review) };
}

/** Try again now: the connection is back, or somebody does not want to wait. */
export function hurry() {
  wait = 0;
  soon(0);
}

function tell(event) {
  told.forEach((listener) => listener(event));
}

function soon(after) {
  clearTimeout(timer);
  timer = setTimeout(send, after);
}

/** The next request: wishes of one review, the oldest first. */
function nextBatch() {
  const ready = [...wishes.values()].filter((one) => !(one.notBefore > Date.now()));
  return ready.filter((one) => one.review === ready[0].review).slice(0, BATCH);
}

async function send() {
  if (underway.size || !wishes.size) return;
  const batch = nextBatch();
  if (!batch.length) return soon(Math.max(50, Math.min(...[...wishes.values()].map((one) => one.notBefore)) - Date.now()));
  underway = new Set(batch.map((one) => one.item));
  tell({ type: "state" });
  try {
    const answer = await post(`/api/v1/reviews/${batch[0].review}/decisions`, { decisions: batch.map(asSent) });
    wait = 0;
    await settle(batch, answer.results);
  } catch (error) {
    failed(batch, error);
  }
  underway = new Set();
  keep(person, wishes, refused);
  tell({ type: "state" });
  if (wishes.size) soon(wait);
}

const asSent = ({ item, decision, justification, privateNote, version }) => ({
  id: item,
  decision,
  justification: justification || "",
  ...(privateNote ? { privateNote } : {}),
  ...(Number.isInteger(version) ? { version } : {}),
});

/** No answer for the whole request: wait and try again, or give up what the server will never take. */
function failed(batch, error) {
  if (error instanceof Offline || PASSING.has(error.status) || error.status === 401) {
    wait = Math.min(wait * 2 || FIRST_WAIT, LONGEST_WAIT);
    for (const { item, version } of batch) wishes.set(item, { ...wishes.get(item), version, after: undefined });
    return;
  }
  if (!(error instanceof ApiError)) throw error;
  refuse(batch.map((wish) => ({ wish, error: { status: error.status, message: error.message } })));
}

async function settle(batch, results) {
  const saved = [];
  const lost = [];
  for (const [place, wish] of batch.entries()) {
    const { status, error } = results[place];
    if (status === 200) saved.push({ wish, version: wish.version + 1 });
    else if (PASSING.has(status)) wait = wait || FIRST_WAIT; // not attempted; it stays in the queue
    else lost.push({ wish, error: { status, message: error.message, target: error.target } });
  }
  const explained = await Promise.all(lost.map(withCurrent));
  for (const one of explained) if (one.agreed) saved.push({ wish: one.wish, version: one.current.version });
  done(saved);
  for (const one of explained) if (one.again) wishes.set(one.wish.item, { ...wishes.get(one.wish.item), version: one.current.version, after: undefined });
  refuse(explained.filter((one) => !one.agreed && !one.again));
}

function done(saved) {
  if (!saved.length) return;
  for (const { wish, version } of saved) {
    const later = wishes.get(wish.item);
    if (later === wish || !later.after) wishes.delete(wish.item);
    else wishes.set(wish.item, { ...later, version, after: undefined }); // decided again meanwhile
  }
  everSaved = true;
  keep(person, wishes, refused);
  tell({ type: "saved", saved });
}

/** After a conflict: what stands now. It is none if that is our own: what we wanted (an answer that was lost on the way),
 * or what we wanted before (we changed our mind meanwhile, or in another tab): then it is sent `again`. */
async function withCurrent(one) {
  if (one.error.status !== 412 && one.error.target !== "justification") return one;
  try {
    const { submissions } = await get(`/api/v1/reviews/${one.wish.review}/items/${one.wish.item}/history`);
    const last = submissions.at(-1);
    const current = {
      version: submissions.length,
      decision: last?.decision ?? "NotReviewed",
      justification: last?.justification ?? "",
      by: last?.reviewedBy ?? null,
      at: last?.reviewedDateTime ?? null,
    };
    const ours = one.error.status === 412 && current.by?.id === person;
    const agreed = ours && current.decision === one.wish.decision;
    return { ...one, current, agreed, again: ours && !agreed };
  } catch {
    return one;
  }
}

function refuse(lost) {
  if (!lost.length) return;
  for (const one of lost) {
    wishes.delete(one.wish.item);
    refused.set(one.wish.item, one);
  }
  keep(person, wishes, refused);
  tell({ type: "refused", refused: lost });
}

/** The page goes: send what waits without staying for the answer. It is kept until a later page has one. */
async function lastCall() {
  const all = [...wishes.values()].filter((one) => !underway.has(one.item)).slice(0, BATCH);
  if (!all.length) return;
  const headers = { Authorization: `Bearer ${await token()}`, "Content-Type": "application/json" };
  for (const review of new Set(all.map((one) => one.review))) {
    const body = JSON.stringify({ decisions: all.filter((one) => one.review === review).map(asSent) });
    fetch(located(`/api/v1/reviews/${review}/decisions`), { method: "POST", headers, body, keepalive: true }).catch(() => {});
  }
}

addEventListener("online", hurry);
addEventListener("pagehide", lastCall);
addEventListener("beforeunload", (event) => wishes.size && event.preventDefault());

// The people of one review as its reviewer sees them: loaded page by page, changed at once when somebody decides, and
// brought in line with what the server has when it answers.
import { following, get } from "../lib/api.js";
import { now } from "../lib/dates.js";
import * as saving from "./saving.js";

const LIST = (definition, review) =>
  `/v1.0/identityGovernance/accessReviews/definitions/${definition}/instances/${review}/decisions/filterByCurrentUser(on='reviewer')?$top=100`;
const OWN = "@accessReviews.";

/** What the rows need of a decision item; `version` is the number of submissions it has had. */
function read(one) {
  return {
    id: one.id,
    personId: one.principal.id,
    name: one.principal.displayName,
    address: one.principal.userPrincipalName,
    title: one[`${OWN}jobTitle`] || "",
    department: one[`${OWN}department`] || "",
    manager: one[`${OWN}manager`] || null,
    since: one[`${OWN}assignedSince`],
    assignment: one[`${OWN}assignmentId`],
    lastSignIn: one[`${OWN}lastSignInDateTime`] || null,
    recommendation: one.recommendation,
    resource: one[`${OWN}recommendationGround`] === "resource" ? one[`${OWN}recommendationResource`] || "" : null,
    lastUsed: one[`${OWN}lastUsedDateTime`] || null,
    changes: one[`${OWN}changes`] || [],
    package: one.resource.accessPackageDisplayName,
    cancelled: one[`${OWN}cancelled`] || "",
    kept: one[`${OWN}unansweredBecause`] || "",
    byRule: Boolean(one[`${OWN}decidedByRule`]),
    onBehalfOf: one[`${OWN}onBehalfOf`] || "",
    ...standing(one.decision, one.justification, one[`${OWN}privateNote`]),
    by: one.reviewedBy.id === NOBODY ? null : one.reviewedBy,
    at: one.reviewedDateTime,
    version: Number(one["@odata.etag"].match(/\d+/)[0]),
  };
}

const NOBODY = "00000000-0000-0000-0000-000000000000";
const standing = (decision, reason, note) => ({ decision, reason: reason || "", note: note || "" });

/** The items of one review; `listen` hears of every change. `me` is who looks; `filter` leaves some out from the start. */
export class Items {
  constructor(briefing, me, filter = "") {
    this.review = briefing.id;
    this.definition = briefing.definitionId;
    this.me = me;
    this.filter = filter && `&$filter=${encodeURIComponent(filter)}`;
    this.expected = briefing.asked.items;
    this.byId = new Map();
    this.loaded = false;
    this.error = null;
    this.changes = 0; // counts what moves rows: what came, what others did; not one's own decisions
    this.news = []; // items that others decided since they were loaded
    this.listeners = new Set();
    this.stopped = new AbortController();
    this.deaf = saving.listen((event) => this.heard(event));
  }

  listen(listener) {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  tell() {
    this.listeners.forEach((listener) => listener());
  }

  stop() {
    this.stopped.abort();
    this.deaf();
  }

  get all() {
    return [...this.byId.values()];
  }

  /** Fetch everything, the first page first; called again it looks what is new. */
  async load() {
    if (this.loading) return;
    this.loading = true;
    this.error = null;
    const again = this.loaded;
    try {
      for (let next = LIST(this.definition, this.review) + this.filter; next; ) {
        const page = await get(next, { signal: this.stopped.signal });
        const news = page.value.map(read).filter((one) => this.take(one, again));
        if (news.length) this.news = [...this.news.filter((one) => !news.some((other) => other.id === one.id)), ...news];
        const begun = this.byId.size > page.value.length;
        next = following(page);
        this.loaded = this.loaded || !next;
        if (again ? news.length === 0 : begun && next) continue; // the first page is shown, then all of them: one move
        this.changes++;
        this.tell();
      }
    } catch (error) {
      if (error.name === "AbortError") return;
      if (!again) this.error = error; // a refresh that fails is tried again by itself
    } finally {
      this.loading = false;
      this.tell();
    }
  }

  /** Take what the server has of an item. True when somebody else decided it meanwhile. */
  take(fresh, again) {
    const before = this.byId.get(fresh.id);
    const wish = saving.wishFor(fresh.id);
    if (before && (before.version > fresh.version || wish)) return false; // an older answer, or ours is on its way
    const shown = wish ? { ...fresh, ...standing(wish.decision, wish.justification, wish.privateNote), by: this.mine(), at: null } : fresh;
    if (before && before.version === fresh.version && before.cancelled === fresh.cancelled) return false;
    this.byId.set(fresh.id, shown);
    return Boolean(again && before && fresh.by && fresh.by.id !== this.me.id);
  }

  mine() {
    return { id: this.me.id, displayName: this.me.displayName };
  }

  /** Decide some items: `wishes` [{item, decision, reason, note, notBefore}]. Returns what stood before, for undoing. */
  decide(wishes) {
    const before = wishes.map(({ item }) => ({ item, ...standing(item.decision, item.reason, item.note), by: item.by, at: item.at }));
    saving.decide(
      wishes.map(({ item, decision, reason, note, notBefore }, place) => ({
        review: this.review,
        item: item.id,
        name: item.name,
        decision,
        justification: reason,
        privateNote: note,
        version: item.version,
        before: { decision: before[place].decision, justification: before[place].reason },
        notBefore,
      })),
    );
    return before;
  }

  /** Put back what `decide` returned: what was not sent is taken back, the rest is decided as it was. */
  undo(before) {
    const caught = new Set(saving.withdraw(before.map((one) => one.item.id)));
    for (const one of before.filter((each) => caught.has(each.item.id))) this.byId.set(one.item.id, { ...this.byId.get(one.item.id), ...one.item });
    const sent = before.filter((one) => !caught.has(one.item.id) && this.byId.has(one.item.id));
    if (sent.length) this.decide(sent.map((one) => ({ item: this.byId.get(one.item.id), decision: one.decision, reason: one.reason, note: one.note })));
    this.tell();
  }

  heard(event) {
    if (event.type === "wished") {
      for (const wish of event.wishes) this.show(wish);
    } else if (event.type === "saved") {
      for (const { wish, version } of event.saved) this.settle(wish, version);
    } else if (event.type === "refused") {
      for (const one of event.refused) this.revert(one);
    } else return;
    this.tell();
  }

  /** A wish stands at once. */
  show(wish) {
    const item = wish.review === this.review && this.byId.get(wish.item);
    if (item) this.byId.set(item.id, { ...item, ...standing(wish.decision, wish.justification, wish.privateNote), by: this.mine(), at: null });
  }

  settle(wish, version) {
    const item = this.byId.get(wish.item);
    if (item) this.byId.set(item.id, { ...item, version, at: item.at || now().toISOString() });
  }

  /** A refused decision: show what stands. */
  revert({ wish, current }) {
    const item = this.byId.get(wish.item);
    if (!item || wish.review !== this.review) return;
    const stands = current
      ? { ...standing(current.decision, current.justification), by: current.by, at: current.at, version: current.version }
      : { ...standing(wish.before.decision, wish.before.justification), by: item.by };
    this.byId.set(item.id, { ...item, ...stands });
  }
}

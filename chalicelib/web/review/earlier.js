// What the former review decided, asked for as rows come into view: fifty at a time, each person once.
import { get } from "../lib/api.js";

const MOST = 50;
const PAUSE = 120; // milliseconds in which rows gather

/** Answers of one review. `told` is called when some have come. */
export class Earlier {
  constructor(review, told) {
    this.review = review;
    this.told = told;
    this.known = new Map(); // item id -> answer, or null for "not in it"
    this.wanted = new Set();
    this.none = false; // there is no former review
    this.timer = 0;
  }

  /** The answer about an item, or null while (or because) there is none. */
  of(item) {
    if (this.none || item.changes.includes("new")) return null;
    if (!this.known.has(item.id)) this.want(item.id);
    return this.known.get(item.id) || null;
  }

  want(id) {
    this.wanted.add(id);
    this.timer ||= setTimeout(() => this.ask(), PAUSE);
  }

  async ask() {
    const ids = [...this.wanted].filter((id) => !this.known.has(id)).slice(-MOST); // those seen last matter most
    this.wanted.clear();
    this.timer = 0;
    if (!ids.length) return;
    ids.forEach((id) => this.known.set(id, null));
    try {
      const { value } = await get(`/api/v1/reviews/${this.review}/earlier-decisions?items=${ids.join(",")}`);
      value.forEach((one) => this.known.set(one.id, one));
      this.none = !value.length && ![...this.known.values()].some(Boolean);
      this.told();
    } catch {
      ids.forEach((id) => this.known.delete(id)); // asked again when the row is drawn again
    }
  }
}

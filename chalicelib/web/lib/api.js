// The public API, as everybody else calls it: JSON in, JSON out, one kind of error, pages as they come.
import { expired, token } from "../signin/session.js";
import { address, located } from "./place.js";

/** A refusal: `status` (HTTP), `code` and `message` (Graph's shape), `target` the member at fault, `requestId`. */
export class ApiError extends Error {
  constructor(status, body) {
    const error = body?.error ?? {};
    super(error.message || "");
    this.name = "ApiError";
    this.status = status;
    this.code = error.code || "";
    this.target = error.target || "";
    this.details = error.details || [];
    this.requestId = error.innerError?.["request-id"] || "";
  }
}

/** No answer came: the network is down, or the service is. Nothing is known about what happened. */
export class Offline extends Error {
  constructor() {
    super("");
    this.name = "Offline";
  }
}

/** The token; without a connection there may be none to be had. */
const bearer = () =>
  token().catch((problem) => {
    throw problem.why === "offline" ? new Offline() : problem;
  });

async function fetched(method, path, body, headers, signal) {
  const sent = { Authorization: `Bearer ${await bearer()}`, ...headers };
  if (body !== undefined && !(body instanceof Blob)) sent["Content-Type"] = "application/json";
  const content = body === undefined || body instanceof Blob ? body : JSON.stringify(body);
  try {
    return await fetch(located(path), { method, headers: sent, body: content, signal, cache: "no-store" });
  } catch (problem) {
    if (problem.name === "AbortError") throw problem;
    throw new Offline();
  }
}

/** Call the API; the answer's JSON, or null when there is none. Throws ApiError, Offline, or AbortError. */
export async function call(method, path, body, { headers = {}, signal } = {}) {
  const answer = await answered(method, path, body, headers, signal);
  return answer.status === 204 ? null : json(answer);
}

/** One answer; when our token had ended and could be renewed, that to a second try. Throws ApiError, Offline. */
async function answered(method, path, body, headers = {}, signal = undefined) {
  for (let tries = 0; ; tries++) {
    const answer = await fetched(method, path, body, headers, signal);
    if (answer.ok) return answer;
    const refusal = new ApiError(answer.status, await json(answer));
    // Leaves to sign in again and comes back here, unless the session could be mended in silence.
    if (refusal.status !== 401 || tries > 0 || !(await expired(refusal.code))) throw refusal;
  }
}

async function json(answer) {
  const text = await answer.text();
  try {
    return text ? JSON.parse(text) : null;
  } catch {
    return null;
  }
}

export const get = (path, options) => call("GET", path, undefined, options);
export const post = (path, body = {}, headers = {}) => call("POST", path, body, { headers });
export const put = (path, body, headers = {}) => call("PUT", path, body, { headers });
export const patch = (path, body, headers = {}) => call("PATCH", path, body, { headers });
export const del = (path, headers = {}) => call("DELETE", path, undefined, { headers });

/** The path of a next link, whatever host the API thinks it has (a proxy may have another). */
export function following(page) {
  const link = page["@odata.nextLink"] || page.nextLink;
  if (!link) return null;
  const url = new URL(link, location.origin);
  return address(url.pathname) + url.search;
}

/** Every page of a list, one after the other. */
export async function* pages(path, options) {
  for (let next = path; next; ) {
    const page = await get(next, options);
    yield page;
    next = following(page);
  }
}

/** Everything a list has, up to `most` rows. */
export async function all(path, most = 10_000, options = {}) {
  const rows = [];
  for await (const page of pages(path, options)) {
    rows.push(...page.value);
    if (rows.length >= most) break;
  }
  return rows;
}

/** Fetch a file and hand it to the browser's downloads. 202 with an export's id waits until that is done. */
export async function download(path, name) {
  const answer = await answered("GET", path);
  if (answer.status === 202) {
    const { id } = await json(answer);
    return save(await exported(id), name);
  }
  const url = URL.createObjectURL(await answer.blob());
  save(url, name);
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

async function exported(id) {
  for (let wait = 500; ; wait = Math.min(wait * 1.5, 5_000)) {
    const found = await get(`/api/v1/exports/${id}`);
    if (found.downloadUrl) return found.downloadUrl;
    if (found.status === "error") throw new ApiError(500, { error: { message: found.error } });
    await new Promise((go) => setTimeout(go, wait));
  }
}

function save(url, name) {
  const link = Object.assign(document.createElement("a"), { href: url, download: name, rel: "noopener" });
  document.body.append(link);
  link.click();
  link.remove();
}

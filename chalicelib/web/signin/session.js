// The session of this tab: signing in by OpenID Connect (authorization code with PKCE, no secret), the token the API
// takes, renewing it, signing out. The ID token lies in this tab's session storage; a refresh token only in memory.
import { here, located } from "../lib/place.js";
import { challengeOf, claimsOf, random } from "./proof.js";

const KEY = "access-reviews.token";
const LIFE = "access-reviews.token-life"; // when the token came and goes by this machine's clock, in milliseconds
const PENDING = "access-reviews.sign-in."; // and the state of a sign-in that is under way
const EARLY = 60_000; // a token is renewed while it lives at least this long
const YOUNG = 20_000; // a token refused this soon after it came is not refused for its age

let refreshToken = "";
let renewing = null;
let leaving = null;
let asked = null;
const news = "BroadcastChannel" in globalThis ? new BroadcastChannel("access-reviews.session") : null;

/** Why signing in did not work: `why` is "denied", "again", "mismatch", "refused", "offline" or "unavailable". */
export class SignInFailed extends Error {
  constructor(why, told = "") {
    super(told || why);
    this.name = "SignInFailed";
    this.why = why;
    this.status = why === "unavailable" ? 503 : undefined;
  }
}

addEventListener("pageshow", (event) => event.persisted && leaving && location.reload()); // back from the issuer by the browser's button

/** Is there a token that has not ended by our clock? */
export const signedIn = () => Boolean(sessionStorage.getItem(KEY)) && left() > 0;

/** What the token says of its person: name and address, for pages without the API. */
export const claims = () => claimsOf(sessionStorage.getItem(KEY));

/** The token to call the API with; renewed when it is about to end. Without one this tab goes to sign in, and the
 * promise stays open while it leaves. */
export async function token() {
  if (signedIn() && (left() > EARLY || !refreshToken)) return sessionStorage.getItem(KEY);
  if (refreshToken && (await renewed())) return sessionStorage.getItem(KEY);
  return begin();
}

/** The API refused the token, with an error's code. True when there is a new one to try with; otherwise leads where it
 * can be mended, and stays open while leaving. */
export async function expired(code = "") {
  const why = { Authorization_IdentityNotFound: "unknown", Authorization_IdentityDisabled: "disabled" }[code];
  if (why) return leave(located(`/signed-out?why=${why}`));
  if (age() < YOUNG) return leave(located("/signed-out?why=unaccepted")); // signing in again would go round in circles
  if (refreshToken && (await renewed())) return true;
  forget();
  return begin();
}

/** How to sign in here: what `GET /api/v1/sign-in` says, asked once. Throws SignInFailed. */
export function settings() {
  asked ??= ask().catch((problem) => {
    asked = null;
    throw problem;
  });
  return asked;
}

/** Go and sign in, then come back to `path`. However often it is asked for, this tab leaves once.
 * `prompt` "select_account" lets the person choose another account. Throws SignInFailed. */
export function begin(path = cameFrom(), prompt = "") {
  leaving ??= authorize(path, prompt).catch((problem) => {
    leaving = null;
    throw problem;
  });
  return leaving;
}

/** Come back from the issuer: take its answer and keep the token. Returns the path to go on with. Throws SignInFailed.
 * An answer is good once; who comes again to it signed in just goes on. */
export async function finish(search = location.search) {
  const answer = new URLSearchParams(search);
  const pending = taken(answer.get("state") || "");
  if (!pending) {
    if (signedIn()) return "/";
    throw new SignInFailed("again");
  }
  if (answer.get("error")) {
    const cancelled = ["access_denied", "login_required", "interaction_required"].includes(answer.get("error"));
    throw new SignInFailed(cancelled ? "denied" : "refused", answer.get("error_description") || answer.get("error"));
  }
  const known = await settings();
  if (!answer.get("code") || (answer.get("iss") ?? known.issuer) !== known.issuer) throw new SignInFailed("mismatch");
  const tokens = await redeemed({ grant_type: "authorization_code", code: answer.get("code"), code_verifier: pending.verifier, redirect_uri: pending.back });
  keep(tokens, known, pending.nonce);
  return safe(pending.path);
}

/** Forget this tab's session, tell the person's other tabs, and end the issuer's own session where it has one. */
export async function signOut() {
  const hint = sessionStorage.getItem(KEY) || "";
  news?.postMessage({ signedOut: claimsOf(hint).sub });
  forget();
  const known = await settings().catch(() => ({}));
  if (!known.endSessionEndpoint) return leave(located("/signed-out"));
  const address = new URL(known.endSessionEndpoint, location.origin);
  const back = location.origin + located("/signed-out");
  // `logout_uri` is what Cognito calls it.
  for (const [name, value] of Object.entries({ id_token_hint: hint, client_id: known.clientId, post_logout_redirect_uri: back, logout_uri: back })) {
    if (value) address.searchParams.set(name, value);
  }
  return leave(address.href);
}

if (news) {
  news.onmessage = ({ data }) => {
    if (!data?.signedOut || claims().sub !== data.signedOut) return;
    forget();
    leave(located("/signed-out"));
  };
}

async function ask() {
  const answer = await fetch(located("/api/v1/sign-in"), { cache: "no-store" }).catch(() => null);
  if (!answer) throw new SignInFailed("offline");
  if (!answer.ok) throw new SignInFailed("unavailable");
  return answer.json();
}

async function authorize(path, prompt) {
  const known = await settings();
  const state = random();
  const pending = { verifier: random(), nonce: random(), path, back: location.origin + located("/signed-in") };
  sessionStorage.setItem(PENDING + state, JSON.stringify(pending));
  const address = new URL(known.authorizationEndpoint, location.origin);
  const asks = {
    response_type: "code",
    client_id: known.clientId,
    redirect_uri: pending.back,
    scope: known.scopes,
    state,
    nonce: pending.nonce,
    code_challenge: await challengeOf(pending.verifier),
    code_challenge_method: "S256",
  };
  for (const [name, value] of Object.entries(asks)) address.searchParams.set(name, value);
  if (prompt) address.searchParams.set("prompt", prompt);
  return leave(address.href);
}

/** The sign-in under way with this state, which is over with that; null when there is none. */
function taken(state) {
  const text = sessionStorage.getItem(PENDING + state);
  for (const name of Object.keys(sessionStorage)) if (name.startsWith(PENDING)) sessionStorage.removeItem(name);
  return text && JSON.parse(text);
}

async function redeemed(form) {
  const known = await settings();
  const body = new URLSearchParams({ ...form, client_id: known.clientId });
  const answer = await fetch(new URL(known.tokenEndpoint, location.origin), { method: "POST", body, credentials: "omit", cache: "no-store" }).catch(() => null);
  if (!answer) throw new SignInFailed("offline");
  const told = await answer.json().catch(() => ({}));
  if (answer.status >= 500) throw new SignInFailed("unavailable");
  if (!answer.ok || !told.id_token) throw new SignInFailed(told.error === "invalid_grant" ? "again" : "refused", told.error_description || told.error);
  return told;
}

/** Take fresh tokens. With a `nonce` the ID token must be the one that was asked for. Throws SignInFailed. */
function keep(tokens, known, nonce) {
  const { iss, aud, iat, exp, nonce: echoed } = claimsOf(tokens.id_token);
  const meant = iss === known.issuer && [aud].flat().includes(known.clientId) && (!nonce || echoed === nonce);
  if (!meant) throw new SignInFailed("mismatch");
  // How long it lives counts, not when it ends: this machine's clock may be wrong.
  const life = 1_000 * (exp > iat ? exp - iat : tokens.expires_in || 3_600);
  sessionStorage.setItem(KEY, tokens.id_token);
  sessionStorage.setItem(LIFE, JSON.stringify({ came: Date.now(), goes: Date.now() + life }));
  refreshToken = tokens.refresh_token || refreshToken;
}

/** Renew silently; false when the issuer will not. Whoever asks meanwhile waits for the same answer. */
function renewed() {
  renewing ??= redeemed({ grant_type: "refresh_token", refresh_token: refreshToken })
    .then(async (tokens) => keep(tokens, await settings(), ""))
    .then(() => true)
    .catch((problem) => {
      if (!["offline", "unavailable"].includes(problem.why)) refreshToken = "";
      return signedIn(); // a token that still lives is good until it ends
    })
    .finally(() => {
      renewing = null;
    });
  return renewing;
}

const life = () => JSON.parse(sessionStorage.getItem(LIFE) || '{"came":0,"goes":1e15}');
const left = () => life().goes - Date.now();
const age = () => Date.now() - life().came;

function forget() {
  refreshToken = "";
  for (const name of [KEY, LIFE]) sessionStorage.removeItem(name);
}

/** Where this tab is, to come back to; a page of signing in is no place to come back to. */
const cameFrom = () => safe(here() + location.search);

function safe(path) {
  return typeof path === "string" && /^\/(?![/\\])/.test(path) && !/^\/signed-(in|out)\b/.test(path) ? path : "/";
}

/** Leave this page for an address; the promise stays open, so that nothing is shown meanwhile. */
function leave(address) {
  location.assign(address);
  return new Promise(() => {});
}

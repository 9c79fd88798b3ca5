// The small cryptography of signing in: values nobody can guess, PKCE's challenge (RFC 7636, S256), a token's claims.

const encoded = (bytes) => btoa(String.fromCharCode(...bytes)).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

/** 256 random bits in base64url: 43 characters. */
export const random = () => encoded(crypto.getRandomValues(new Uint8Array(32)));

/** The S256 challenge of a verifier. Needs a secure context: https, or this machine itself. */
export async function challengeOf(verifier) {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(verifier));
  return encoded(new Uint8Array(digest));
}

/** The claims of a token, unchecked: it came straight from its issuer, and the API verifies it on every call. */
export function claimsOf(token) {
  try {
    const text = atob(token.split(".")[1].replace(/-/g, "+").replace(/_/g, "/"));
    return JSON.parse(new TextDecoder().decode(Uint8Array.from(text, (one) => one.charCodeAt(0))));
  } catch {
    return {};
  }
}

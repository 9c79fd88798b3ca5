// The session of this tab: the token the API takes.
const KEY = "access-reviews.token";

/** The token to call the API with. */
export const token = async () => sessionStorage.getItem(KEY) || "";

/** The API refused the token. */
export async function expired() {
  sessionStorage.removeItem(KEY);
}

/** Leave. */
export function signOut() {
  sessionStorage.removeItem(KEY);
  location.assign("/");
}

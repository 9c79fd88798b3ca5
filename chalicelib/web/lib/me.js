// Who is signed in, and which parts of the portal are for them.
import { get } from "./api.js";
import { setClock } from "./dates.js";
import { createContext, useContext } from "./html.js";

export const Me = createContext(null);

/** The caller: what `GET /api/v1/me` says, with `administrator`, `auditor`, `manages`, `reads` and `assigns` worked out. */
export const useMe = () => useContext(Me);

/** Ask who we are; sets the product's clock. */
export async function whoAmI() {
  const me = await get("/api/v1/me");
  setClock(me.dateTime);
  const has = (...names) => me.roles.some((one) => names.includes(one.role));
  const administrator = me.roles.some((one) => one.role === "administrator" && !one.scope);
  return {
    ...me,
    administrator,
    auditor: has("auditor"),
    manages: administrator || has("catalogOwner", "packageManager"), // packages, policies and reviews
    assigns: administrator || has("catalogOwner", "packageManager", "assignmentManager"),
    reads: has("administrator", "auditor", "catalogOwner", "packageManager", "assignmentManager", "catalogReader", "controlOwner"),
    creates: administrator || has("catalogCreator"),
  };
}

// Where the portal lies: at the root of a host, or below a path such as API Gateway's stage (`/api`). Inside the
// portal an address is written as if it lay at the root; here it is turned into one of the host, and back.
const ROOT = document.documentElement.dataset.root || "";
const OURS = /^\/(api\/v1|v1\.0|_local)\//; // a path with these is whole, even where the stage is called `api`

/** The path at this host of an address of the portal or its API; other addresses stay as they are. */
export const located = (path) => (ROOT && path.startsWith("/") && !path.startsWith("//") ? ROOT + path : path);

/** The address, as if we lay at the root, of a path at this host. */
export const address = (path) => {
  if (!ROOT || (path !== ROOT && !path.startsWith(`${ROOT}/`))) return path;
  const inside = path.slice(ROOT.length) || "/";
  return OURS.test(path) && !OURS.test(inside) ? path : inside;
};

/** The address we are at. */
export const here = () => address(location.pathname);

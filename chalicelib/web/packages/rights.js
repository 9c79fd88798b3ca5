// What somebody may do with a package or catalog, so that no page offers what the API would refuse. The API decides.
const held = (me, names, scopes) => me.administrator || me.roles.some((one) => names.includes(one.role) && scopes.includes(one.scope));
const around = (catalogId, packageId) => ["", `catalog:${catalogId}`, packageId ? `package:${packageId}` : ""];

export const manages = (me, catalogId, packageId) => held(me, ["catalogOwner", "packageManager"], around(catalogId, packageId));
export const assigns = (me, catalogId, packageId) => held(me, ["catalogOwner", "packageManager", "assignmentManager"], around(catalogId, packageId));
export const looksInside = (me, catalogId, packageId) => me.auditor || assigns(me, catalogId, packageId) || held(me, ["controlOwner"], around(catalogId, packageId));
export const owns = (me, catalogId) => held(me, ["catalogOwner"], around(catalogId));

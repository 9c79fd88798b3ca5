// The pages: which address is shown by which module, with which texts and styles, and for whom.
// `path` as in routes/portal/pages.py; `area` names texts-en/<area>.js and, with `styles`, styles/<area>.css;
// `sees(me)` who may open it (the API decides in the end); `bare` pages stand without the frame and before signing in.
export const PAGES = [
  { path: "/", load: () => import("../home/hello.js"), area: "home", styles: [] },
  { path: "/admin/packages", load: () => import("../packages/packages.js"), area: "packages", sees: (me) => me.reads },
  { path: "/admin/packages/new", load: () => import("../packages/newpackage.js"), area: "packages", title: "newPackageTitle", sees: (me) => me.manages },
  { path: "/admin/packages/{id}", load: () => import("../packages/package.js"), area: "packages", title: "packageTitle" },
  { path: "/admin/packages/{id}/policies/{part_id}", load: () => import("../packages/policy.js"), area: "packages", title: "policyTitle" },
  { path: "/admin/catalogs", load: () => import("../packages/catalogs.js"), area: "packages", title: "catalogsTitle", sees: (me) => me.reads || me.creates },
  { path: "/admin/catalogs/{id}", load: () => import("../packages/catalog.js"), area: "packages", title: "catalogTitle" },
];

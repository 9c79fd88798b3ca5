// The pages: which address is shown by which module, with which texts and styles, and for whom.
// `path` as in routes/portal/pages.py; `area` names texts-en/<area>.js and, with `styles`, styles/<area>.css;
// `sees(me)` who may open it (the API decides in the end); `bare` pages stand without the frame and before signing in.
export const PAGES = [
  { path: "/signed-in", load: () => import("../signin/signed-in.js"), area: "signin", bare: true },
  { path: "/signed-out", load: () => import("../signin/signed-out.js"), area: "signin", bare: true },
  { path: "/", load: () => import("../reviews/list.js"), area: "reviews" },
  { path: "/waiting", load: () => import("../reviews/waiting.js"), area: "reviews", title: "waitingTitle", texts: ["review"], styles: ["review", "reviews"] },
  { path: "/delegate", load: () => import("../reviews/delegate.js"), area: "reviews", title: "delegateTitle" },
  { path: "/my-access", load: () => import("../mine/list.js"), area: "mine", texts: ["reviews"], styles: ["reviews", "mine"] },
  { path: "/my-access/{id}", load: () => import("../mine/one.js"), area: "mine", texts: ["reviews"], styles: ["reviews", "mine"] },
  { path: "/evidence", load: () => import("../evidence/list.js"), area: "evidence", sees: (me) => me.reads },
  { path: "/evidence/{id}", load: () => import("../evidence/review.js"), area: "evidence", title: "one", sees: (me) => me.reads },
  { path: "/coverage", load: () => import("../coverage/list.js"), area: "coverage", sees: (me) => me.reads },
  { path: "/audit", load: () => import("../audit/log.js"), area: "audit", texts: ["evidence"], styles: ["evidence", "audit"], sees: (me) => me.reads },
  { path: "/reviews/{id}", load: () => import("../review/page.js"), area: "review", styles: ["review", "reviews"] },
  { path: "/admin/packages", load: () => import("../packages/packages.js"), area: "packages", sees: (me) => me.reads },
  { path: "/admin/packages/new", load: () => import("../packages/newpackage.js"), area: "packages", title: "newPackageTitle", sees: (me) => me.manages },
  { path: "/admin/packages/{id}", load: () => import("../packages/package.js"), area: "packages", title: "package", texts: ["policy"] },
  { path: "/admin/packages/{id}/policies/{part_id}", load: () => import("../packages/policy.js"), area: "policy", texts: ["packages"], styles: ["packages"] },
  { path: "/admin/catalogs", load: () => import("../packages/catalogs.js"), area: "packages", title: "catalogsTitle", sees: (me) => me.reads || me.creates },
  { path: "/admin/catalogs/{id}", load: () => import("../packages/catalog.js"), area: "packages", title: "catalog" },
  { path: "/admin/people", load: () => import("../people/list.js"), area: "people", sees: (me) => me.roles.length > 0 },
  { path: "/admin/people/{id}", load: () => import("../people/person.js"), area: "people", texts: ["roles", "sent", "letter"], styles: ["people", "mail"], title: "person", sees: (me) => me.roles.length > 0 },
  { path: "/admin/imports", load: () => import("../people/imports.js"), area: "imports", styles: ["people"], sees: (me) => me.administrator },
  { path: "/admin/imports/{id}", load: () => import("../people/imports.js"), area: "imports", styles: ["people"], title: "one", sees: (me) => me.administrator },
  { path: "/admin/mails", load: () => import("../mail/mails.js"), area: "mail", texts: ["sent", "letter"], styles: ["people", "mail"], sees: (me) => me.assigns || me.auditor },
  { path: "/admin/settings", load: () => import("../settings/settings.js"), area: "settings", texts: ["roles", "letter"], styles: ["people", "mail", "settings"], sees: (me) => me.roles.length > 0 },
];

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
  { path: "/", load: () => import("../home/hello.js"), area: "home", styles: [] },
  { path: "/reviews/{id}", load: () => import("../review/page.js"), area: "review" },
  { path: "/admin/packages", load: () => import("../packages/packages.js"), area: "packages", sees: (me) => me.reads },
  { path: "/admin/packages/new", load: () => import("../packages/newpackage.js"), area: "packages", title: "newPackageTitle", sees: (me) => me.manages },
  { path: "/admin/packages/{id}", load: () => import("../packages/package.js"), area: "packages", title: "packageTitle" },
  { path: "/admin/packages/{id}/policies/{part_id}", load: () => import("../packages/policy.js"), area: "packages", title: "policyTitle" },
  { path: "/admin/catalogs", load: () => import("../packages/catalogs.js"), area: "packages", title: "catalogsTitle", sees: (me) => me.reads || me.creates },
  { path: "/admin/catalogs/{id}", load: () => import("../packages/catalog.js"), area: "packages", title: "catalogTitle" },
  { path: "/admin", load: () => import("../overview/page.js"), area: "overview", sees: (me) => me.reads },
  { path: "/admin/reviews", load: () => import("../running/list.js"), area: "running", texts: ["overview"], styles: ["overview", "running"], sees: (me) => me.reads },
  { path: "/admin/reviews/{id}", load: () => import("../running/review.js"), area: "running", title: "one", texts: ["overview", "audit"], styles: ["overview", "running", "audit"], sees: (me) => me.reads },
  { path: "/admin/series/{id}", load: () => import("../running/series.js"), area: "running", title: "seriesTitle", texts: ["overview"], styles: ["overview", "running"], sees: (me) => me.reads },
];

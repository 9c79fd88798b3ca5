// What the rail offers, and to whom. On a phone the first four lie in the bottom bar and the rest under "More".
const MENU = [
  {
    title: "frame.forYou",
    items: [
      { href: "/", icon: "list-checks", text: "frame.reviews", also: ["/reviews/"] },
      { href: "/waiting", icon: "inbox", text: "frame.waiting" },
      { href: "/my-access", icon: "key-round", text: "frame.myAccess" },
      { href: "/tasks", icon: "hand", text: "frame.tasks", sees: (me) => me.tasks.open > 0, count: (me) => ({ count: me.tasks.open, late: me.tasks.overdue }) },
      { href: "/tasks?of=all", icon: "hand", text: "frame.tasks", sees: (me) => !me.tasks.open && me.tasks.anybody, also: ["/tasks"], count: (me) => me.tasks.overdue && { late: true } },
      { href: "/delegate", icon: "user-check", text: "frame.delegate" },
    ],
  },
  {
    title: "frame.administration",
    sees: (me) => me.manages || me.assigns || me.creates || me.auditor || me.reads,
    items: [
      { href: "/admin", icon: "layout-dashboard", text: "frame.overview", only: true },
      { href: "/admin/reviews", icon: "clipboard-check", text: "frame.allReviews", also: ["/admin/series"] },
      { href: "/admin/packages", icon: "package", text: "frame.packages", also: ["/admin/catalogs"] },
      { href: "/admin/people", icon: "users", text: "frame.people" },
      { href: "/admin/mails", icon: "mail", text: "frame.mails", sees: (me) => me.assigns || me.auditor },
      { href: "/admin/settings", icon: "settings", text: "frame.settings" },
    ],
  },
  {
    title: "frame.systems",
    sees: (me) => me.administrator || me.auditor,
    items: [
      { href: "/admin/connectors", icon: "link", text: "frame.connectors" },
      { href: "/admin/adopt", icon: "package-open", text: "frame.adopt", sees: (me) => me.administrator },
      { href: "/admin/provisioning", icon: "refresh-cw", text: "frame.provisioning" },
      { href: "/admin/sources", icon: "database", text: "frame.sources" },
      { href: "/admin/imports", icon: "upload", text: "frame.imports", sees: (me) => me.administrator },
    ],
  },
  {
    title: "frame.proof",
    sees: (me) => me.reads,
    items: [
      { href: "/evidence", icon: "shield-check", text: "frame.evidence" },
      { href: "/coverage", icon: "scale", text: "frame.coverage" },
      { href: "/audit", icon: "scroll-text", text: "frame.audit" },
    ],
  },
];

/** The groups this person sees. */
export const menuOf = (me) =>
  MENU.filter((group) => !group.sees || group.sees(me)).map((group) => ({
    ...group,
    items: group.items.filter((one) => !one.sees || one.sees(me)),
  }));

/** Is an entry the one we are at? */
export const isCurrent = (item, path) =>
  path === item.href ||
  (item.href !== "/" && !item.only && path.startsWith(`${item.href}/`)) ||
  (item.also || []).some((one) => path.startsWith(one));

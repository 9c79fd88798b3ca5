// The pages: which address is shown by which module, with which texts and styles, and for whom.
// `path` as in routes/portal/pages.py; `area` names texts-en/<area>.js and, with `styles`, styles/<area>.css;
// `sees(me)` who may open it (the API decides in the end); `bare` pages stand without the frame and before signing in.
export const PAGES = [
  { path: "/", load: () => import("../home/hello.js"), area: "home", styles: [] },
];

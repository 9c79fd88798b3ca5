// What other areas of the portal lend to this page, loaded with their texts when it is first needed.
import { html, useEffect, useState } from "../lib/html.js";
import { load } from "../lib/texts.js";

const lent = (find) =>
  function Borrowed(properties) {
    const [Part, setPart] = useState(null);
    useEffect(() => {
      let here = true;
      Promise.all([find(), load("reviews")]).then(([part]) => here && setPart(() => part));
      return () => (here = false);
    }, []);
    return Part ? html`<${Part} ...${properties} />` : null;
  };

/** The dialog that hands items over to somebody else. */
export const HandOver = lent(() => import("../reviews/hand-over.js").then((module) => module.HandOver));

/** The page of a review of one's own access. */
export const SelfReview = lent(() => import("../reviews/self.js").then((module) => module.SelfReview));

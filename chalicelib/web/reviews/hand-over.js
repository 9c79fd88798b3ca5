// Handing a review over to somebody else, and taking it back. The page that opens these dialogs loads the texts of
// the area `reviews`.
import { Button } from "../kit/base.js";
import { PersonPicker, TextArea } from "../kit/fields.js";
import { Confirm, Dialog } from "../kit/floating.js";
import { explained, Notice, toast } from "../kit/telling.js";
import { post } from "../lib/api.js";
import { html, useState } from "../lib/html.js";
import { useMe } from "../lib/me.js";
import { t } from "../lib/texts.js";

/** So many single people can be handed to one person; for more of them everything is handed over. */
const MOST_SINGLE = 200;

/**
 * Asks to whom and why. `review` needs `id` and `accessPackage.displayName`; `items` are ids of decision items, none for
 * everything the caller is asked about. `close()` shuts it, `done()` comes after something changed.
 */
export function HandOver({ review, items = [], close, done }) {
  const me = useMe();
  const [to, setTo] = useState(null);
  const [reason, setReason] = useState("");
  const [wrong, setWrong] = useState({});
  const [busy, setBusy] = useState(false);
  const tooMany = items.length > MOST_SINGLE;
  const send = async (event) => {
    event.preventDefault();
    const missing = { to: !to && t("reviews.handToMissing"), reason: !reason.trim() && t("reviews.handWhyMissing") };
    if (missing.to || missing.reason) return setWrong(missing);
    setBusy(true);
    try {
      const { toFallback } = await post(`/api/v1/reviews/${review.id}/hand-over`, { to: to.id, reason: reason.trim(), items });
      told(review, to, toFallback, done);
      close();
      done();
    } catch (problem) {
      setWrong({ [problem.target || "all"]: explained(problem) });
      setBusy(false);
    }
    return undefined;
  };
  const title = items.length ? t("reviews.handTitleSome", { count: items.length }) : t("reviews.handTitle", { package: review.accessPackage.displayName });
  const foot = html`<${Button} onClick=${close}>${t("kit.cancel")}<//>
    <${Button} kind="primary" icon="forward" busy=${busy} disabled=${tooMany} onClick=${send}>${t("reviews.hand")}<//>`;
  return html`<${Dialog} title=${title} close=${close} foot=${foot}><form class="stack" onSubmit=${send}>
    ${tooMany && html`<${Notice} tone="unsure">${t("reviews.handTooMany", { count: MOST_SINGLE })}<//>`}
    <${PersonPicker} label=${t("reviews.handTo")} value=${to} onChange=${setTo} without=${[me.id]} error=${wrong.to} autofocus />
    <${TextArea} label=${t("reviews.handWhy")} help=${t("reviews.handWhyHelp")} value=${reason} onInput=${setReason} error=${wrong.reason} rows=${2} maxlength="1000" />
    <ul class="points muted small">${["handMail", "handStill", "handBack"].map((key) => html`<li key=${key}>${t(`reviews.${key}`)}</li>`)}</ul>
    ${wrong.all && html`<${Notice} tone="deny">${wrong.all}<//>`}
  </form><//>`;
}

function told(review, to, toFallback, done) {
  const values = { name: to.displayName, count: toFallback.length };
  const text = t("reviews.handed", values) + (toFallback.length ? ` ${t("reviews.handedElsewhere", values)}` : "");
  toast(text, { undo: () => takeBack(review.id, to.id).then(done, (problem) => toast(explained(problem), { tone: "deny" })) });
}

/** Take back what was handed to one person (an id), or to everybody. */
const takeBack = (reviewId, to = "") => post(`/api/v1/reviews/${reviewId}/take-back`, to ? { to } : {});

/** Asks before taking back from somebody: `to` their id, `name` theirs. */
export const TakeBack = ({ review, to, name, close, done }) => html`<${Confirm} title=${t("reviews.backTitle", { name })} label=${t("reviews.back")}
  close=${close} act=${() => takeBack(review.id, to).then(done)}>
  <p>${t("reviews.backMeans", { name, package: review.accessPackage.displayName })}</p>
<//>`;

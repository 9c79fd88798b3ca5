// Everything that can be done to a review, in one place. What is not possible now is not offered; auditors see none of
// it but the download.
import { Button } from "../kit/base.js";
import { Menu } from "../kit/floating.js";
import { toast } from "../kit/telling.js";
import { download } from "../lib/api.js";
import { inputDay } from "../lib/dates.js";
import { usePhone } from "../lib/hooks.js";
import { html, useState } from "../lib/html.js";
import { navigate } from "../lib/router.js";
import { t } from "../lib/texts.js";
import { AskRemind } from "../overview/remind.js";
import { AskDelete, AskFollowUp, AskReset, AskRetry } from "./asking.js";
import { AskExtend } from "./extend.js";
import { AskStop } from "./stop.js";

const DIALOGS = { remind: AskRemind, extend: AskExtend, stop: AskStop, reset: AskReset, apply: null, retry: AskRetry, followUp: AskFollowUp, delete: AskDelete };
const ICONS = { remind: "bell", extend: "calendar-clock", stop: "square", reset: "rotate-ccw", apply: "user-x", retry: "refresh-cw", followUp: "repeat", delete: "trash" };
const LAST = ["stop", "reset", "delete"];

export function Actions({ review, possible, reload }) {
  const [asking, ask] = useState("");
  const [busy, setBusy] = useState(false);
  const offered = Object.keys(DIALOGS).filter((one) => possible[one]);
  const Asking = DIALOGS[asking];
  const save = async () => {
    setBusy(true);
    try {
      await download(`/api/v1/reviews/${review.id}/results.csv`, `results-${inputDay(review.endDateTime, review.timeZone)}-${review.id.slice(0, 8)}.csv`);
      toast(t("running.downloaded"));
    } catch (problem) {
      toast(problem.message || t("kit.broken"), { tone: "deny" });
    }
    setBusy(false);
  };
  const items = offered.filter((one) => one !== "remind").map((one) => ({ label: t(`running.${one}`), icon: ICONS[one], danger: LAST.includes(one), act: () => (one === "apply" ? navigate(`/admin/reviews/${review.id}/confirm`) : ask(one)) }));
  return html`<${Button} icon="download" bare=${usePhone()} busy=${busy} onClick=${save}>${t("running.download")}<//>
    ${possible.remind && html`<${Button} icon="bell" aria-haspopup="dialog" onClick=${() => ask("remind")}>${t("running.remind")}<//>`}
    ${items.length > 0 && html`<${Menu} label=${t("running.more")} words items=${items} />`}
    ${Asking && html`<${Asking} review=${review} told=${possible[asking]} close=${(did) => (ask(""), did && reload())} />`}`;
}

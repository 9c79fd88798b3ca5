// Erasing a person, which cannot be taken back: what ends with it is said in numbers, and the name is typed.
import { TextInput } from "../kit/fields.js";
import { Confirm } from "../kit/floating.js";
import { toast } from "../kit/telling.js";
import { del, get } from "../lib/api.js";
import { useLoad } from "../lib/hooks.js";
import { html, useState } from "../lib/html.js";
import { t } from "../lib/texts.js";

/** How much ends: packages held, and open reviews they answer for. */
async function ending(id, signal) {
  const [packages, reviews] = await Promise.all([
    get(`/api/v1/people/${id}/packages`, { signal }),
    get(`/api/v1/people/${id}/reviews?as=reviewer`, { signal }),
  ]);
  return { packages: packages.value.length, reviews: reviews.value.filter((one) => one.status === "InProgress").length };
}

export function Erase({ person, close }) {
  const { data } = useLoad((signal) => ending(person.id, signal), [person.id]);
  const [typed, setTyped] = useState("");
  const act = async () => {
    await del(`/api/v1/people/${person.id}`);
    toast(t("people.erasing", { name: person.displayName }));
  };
  const sure = typed.trim().toLowerCase() === person.userPrincipalName.toLowerCase();
  return html`<${Confirm} danger title=${t("people.eraseTitle", { name: person.displayName })} label=${t("people.erase")} act=${act} close=${close} disabled=${!sure || !data}>
    <ul class="consequences">
      <li>${data ? t("people.erasePackages", { count: data.packages }) : t("people.eraseCounting")}</li>
      ${data?.reviews > 0 && html`<li>${t("people.eraseReviews", { count: data.reviews })}</li>`}
      <li>${t("people.eraseNames")}</li>
      <li>${t("people.eraseProof")}</li>
    </ul>
    ${person.provisionedBy.length > 0 && html`<p class="prose">${t("people.eraseProvisioned", { who: person.provisionedBy.map((one) => one.displayName || t("people.providerGone")).join(", ") })}</p>`}
    <${TextInput} label=${t("people.eraseType", { name: person.userPrincipalName })} value=${typed} onInput=${setTyped} autocomplete="off" spellcheck="false" />
  <//>`;
}

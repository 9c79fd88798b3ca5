// The parts of a person's page: each asks for what it shows when it is opened.
import { Due, Progress, Tag, When } from "../kit/base.js";
import { DataTable } from "../kit/layout.js";
import { Empty } from "../kit/telling.js";
import { TakenAway } from "../guards/person.js";
import { ago, longDay, now, until } from "../lib/dates.js";
import { useGet, usePages } from "../lib/hooks.js";
import { html } from "../lib/html.js";
import { Link } from "../lib/router.js";
import { t } from "../lib/texts.js";
import { SentMails } from "../mail/sent.js";
import { RoleSentence } from "../settings/words.js";

const listOf = ({ data, error, loading, reload }) => ({ rows: data?.value || [], error, loading, reload });
const packageLink = (one) => html`<${Link} href="/admin/packages/${one.id}" class="quiet-link strong">${one.displayName || t("people.gone")}<//>`;
const reviewLink = (one) => html`<${Link} href="/admin/reviews/${one.reviewId}" class="quiet-link strong">${one.accessPackage.displayName || one.displayName}<//>`;

/** The packages they hold. */
export function Access({ id }) {
  const held = listOf(useGet(`/api/v1/people/${id}/packages`));
  if (held.error?.status === 404) Object.assign(held, { error: null, rows: [] });
  const columns = [
    { id: "package", title: t("people.package"), wide: true, cell: (one) => html`<span class="person-words">${packageLink(one.accessPackage)}<span class="person-detail">${one.assignmentPolicy.displayName || ""}</span></span>` },
    { id: "since", title: t("people.heldSince"), cell: (one) => html`<${When} at=${one.startDateTime}>${longDay(one.startDateTime)}<//>` },
    { id: "until", title: t("people.heldUntil"), cell: (one) => one.endDateTime ? html`<${When} at=${one.endDateTime}>${until(one.endDateTime)}<//>` : html`<span class="faint">${t("people.noEnd")}</span>` },
    { id: "how", title: t("people.how"), cell: (one) => one.request ? t("people.byRequest", { name: one.request.requestorName || t("people.gone") }) : html`<span class="faint">${t("people.byImport")}</span>` },
  ];
  return html`<div class="stack-40"><${DataTable} caption=${t("people.part-access")} list=${held} columns=${columns} keyOf=${(one) => one.assignmentId}
    empty=${html`<${Empty} icon="key-round" title=${t("people.holdsNothing")}>${t("people.holdsNothingWhy")}<//>`} />
    <${TakenAway} id=${id} done=${held.reload} /></div>`;
}

/** The reviews they are a reviewer of. */
export function Answers({ id }) {
  const list = usePages(`/api/v1/people/${id}/reviews?as=reviewer`);
  const columns = [
    { id: "review", title: t("people.review"), wide: true, cell: (one) => html`<span class="person-words">${reviewLink(one)}<span class="person-detail"><${Due} at=${one.endDateTime} zone=${one.timeZone} brief /></span></span>` },
    { id: "why", title: t("people.asked"), cell: (one) => t(`people.why-${one.reviewerReason}`) },
    { id: "done", title: t("people.decided"), cell: (one) => html`<span class="person-progress"><${Progress} done=${one.items - one.undecided} total=${one.items} label=${t("people.decidedIn", { review: one.displayName })} /></span>` },
  ];
  return html`<${DataTable} caption=${t("people.part-answers")} list=${list} columns=${columns} keyOf=${(one) => one.reviewId}
    empty=${html`<${Empty} icon="list-checks" title=${t("people.answersNothing")}>${t("people.answersNothingWhy")}<//>`} />`;
}

/** The reviews their own access was or is in. */
export function Reviewed({ id }) {
  const list = usePages(`/api/v1/people/${id}/reviews?as=reviewed`);
  const columns = [
    { id: "review", title: t("people.review"), wide: true, cell: (one) => html`<span class="person-words">${reviewLink(one)}<span class="person-detail">${ended(one) ? t("people.closedOn", { day: longDay(one.endDateTime) }) : html`<${Due} at=${one.endDateTime} zone=${one.timeZone} brief />`}</span></span>` },
    { id: "decision", title: t("people.decision"), cell: (one) => html`<${Decision} one=${one} />` },
    { id: "when", title: t("people.decidedWhen"), cell: (one) => one.decidedDateTime ? html`<${When} at=${one.decidedDateTime}>${ago(one.decidedDateTime)}<//>` : html`<span class="faint">${t("people.notYet")}</span>` },
  ];
  return html`<${DataTable} caption=${t("people.part-reviewed")} list=${list} columns=${columns} keyOf=${(one) => one.itemId}
    empty=${html`<${Empty} icon="clipboard-check" title=${t("people.neverReviewed")}>${t("people.neverReviewedWhy")}<//>`} />`;
}

const ended = (one) => new Date(one.endDateTime) <= now();
const LOOKS = { Approve: ["approve", "circle-check"], Deny: ["deny", "circle-x"], DontKnow: ["unsure", "circle-question-mark"], NotReviewed: ["plain", "circle-dot"] };

function Decision({ one }) {
  if (one.cancelled) return html`<${Tag} icon="ban">${t("people.cancelled")}<//>`;
  const [tone, icon] = LOOKS[one.decision] || LOOKS.NotReviewed;
  return html`<${Tag} tone=${tone} icon=${icon}>${t(`people.decision-${one.decision}`)}<//>`;
}

/** What they may do here, and through which group. */
export function Roles({ id }) {
  const { rows, ...list } = listOf(useGet(`/api/v1/people/${id}/roles`));
  const columns = [
    { id: "role", title: t("people.may"), wide: true, cell: (one) => html`<${RoleSentence} grant=${one} />` },
    { id: "through", title: t("people.through"), cell: (one) => one.bySettings ? t("people.bySettings") : one.through ? one.through.displayName || t("people.gone") : html`<span class="faint">${t("people.directly")}</span>` },
    { id: "since", title: t("people.heldSince"), cell: (one) => one.createdDateTime && html`<${When} at=${one.createdDateTime}>${longDay(one.createdDateTime)}<//>` },
  ];
  return html`<${DataTable} caption=${t("people.part-roles")} list=${{ ...list, rows }} columns=${columns} keyOf=${(one) => `${one.role} ${one.scope} ${one.through?.id}`}
    empty=${html`<${Empty} icon="user-cog" title=${t("people.noRole")}>${t("people.noRoleWhy")}<//>`} />`;
}

/** What they were told. */
export const Mails = ({ id }) => html`<${SentMails} path="/api/v1/mails?personId=${id}" about="review"
  empty=${html`<${Empty} icon="mail" title=${t("people.noMails")}>${t("people.noMailsWhy")}<//>`} />`;

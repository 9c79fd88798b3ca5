// Mails: what did not reach anybody first, then what was sent about a review, and to a person.
import { Avatar, Button, Skeleton, Tag, When } from "../kit/base.js";
import { PersonPicker } from "../kit/fields.js";
import { Chip, DataTable, PageHead, Tabs } from "../kit/layout.js";
import { Empty, ErrorNote, Notice } from "../kit/telling.js";
import { ago, due } from "../lib/dates.js";
import { useGet, usePages } from "../lib/hooks.js";
import { html } from "../lib/html.js";
import { useMe } from "../lib/me.js";
import { Link, navigate, setQuery, useQuery } from "../lib/router.js";
import { t } from "../lib/texts.js";
import { kindOf, SentMails } from "./sent.js";
import { Suppressed } from "./suppressed.js";

const HOME = "/admin/mails";

export default function MailsPage() {
  const me = useMe();
  const { view = "undelivered", review, person, only } = useQuery();
  const count = useGet("/api/v1/mails/undelivered/count").data;
  const current = review ? "review" : person ? "person" : view;
  const tabs = [
    { id: "undelivered", label: t("mail.undelivered"), href: HOME, count: count?.mails || undefined },
    { id: "review", label: t("mail.byReview"), href: `${HOME}?view=review` },
    { id: "person", label: t("mail.byPerson"), href: `${HOME}?view=person` },
    (me.administrator || me.auditor) && { id: "suppressed", label: t("mail.suppressed"), href: `${HOME}?view=suppressed` },
  ].filter(Boolean);
  const Part = { review: OfReview, person: ToPerson, suppressed: Suppressed }[current] || Undelivered;
  return html`<div class="page">
    <${PageHead} title=${t("mail.title")} lede=${t("mail.lede")}
      actions=${me.administrator && html`<${Button} icon="pencil" href="/admin/settings?part=mails">${t("mail.texts")}<//>`} />
    <${Tabs} label=${t("mail.title")} current=${current} tabs=${tabs} />
    <${Part} key=${current} review=${review} person=${person} only=${only} />
  </div>`;
}

function Undelivered({ of }) {
  const me = useMe();
  const list = usePages(`/api/v1/mails/undelivered${of ? `?reviewId=${of}` : ""}`);
  const columns = [
    { id: "to", title: t("mail.who"), wide: true, cell: (one) => html`<span class="person"><${Avatar} name=${one.to.displayName} id=${one.to.id} />
        <span class="person-words"><${Link} href="/admin/people/${one.to.id}" class="person-name">${one.to.displayName || t("sent.gone")}<//><span class="person-detail clip">${one.address || t("mail.noAddress")}</span></span></span>` },
    { id: "what", title: t("mail.what"), cell: (one) => html`<span class="person-words"><span>${kindOf(one.kind)}</span><span class="person-detail">${one.review ? html`<${Link} href="/admin/reviews/${one.review.id}" class="quiet-link">${one.accessPackage}<//>` : one.accessPackage}</span></span>` },
    { id: "why", title: t("mail.why"), cell: (one) => html`<span class="person-words"><span>${t(`sent.fault-${one.fault}`)}</span>${one.detail && html`<span class="person-detail mail-detail">${one.detail}</span>`}</span>` },
    { id: "when", title: t("mail.when"), cell: (one) => html`<span class="person-words"><${When} at=${one.failedDateTime}>${ago(one.failedDateTime)}<//>${one.waiting && html`<span><${Tag} tone="deny" icon="hourglass">${t("mail.waiting")}<//></span>`}</span>` },
  ];
  const unasked = new Set(list.rows.filter((one) => one.waiting && one.kind === "start").map((one) => one.to.id)).size;
  return html`<div class="stack">
    ${unasked > 0 && html`<${Notice} tone="unsure" title=${t("mail.mend", { count: unasked })} action=${me.administrator && html`<${Button} small icon="upload" href="/admin/imports">${t("mail.import")}<//>`}>${t("mail.mendHow")}<//>`}
    <${DataTable} caption=${t("mail.undelivered")} list=${list} columns=${columns} keyOf=${(one) => `${one.to.id} ${one.review?.id} ${one.kind} ${one.failedDateTime}`}
      empty=${html`<${Empty} icon="circle-check" title=${t("mail.allDelivered")}>${t("mail.allDeliveredWhy")}<//>`} />
  </div>`;
}

function OfReview({ review, only }) {
  const { data, error, reload } = useGet(review ? `/api/v1/reviews/${review}` : "");
  if (!review) return html`<${ChooseReview} />`;
  if (error) return html`<${ErrorNote} error=${error} retry=${reload} />`;
  return html`<div class="stack">
    <div class="mail-of">${data ? html`<div class="person-words"><h2><${Link} href="/admin/reviews/${review}" class="quiet-link">${data.accessPackage.displayName}<//></h2><span class="muted">${data.displayName} · ${due(data.endDateTime)}</span></div>` : html`<${Skeleton} lines=${2} />`}
      <${Button} small onClick=${() => setQuery({ review: "", only: "", view: "review" })}>${t("mail.otherReview")}<//></div>
    <div class="row"><${Chip} on=${!only} onClick=${() => setQuery({ only: "" })}>${t("mail.all")}<//>
      <${Chip} on=${Boolean(only)} onClick=${() => setQuery({ only: "undelivered" })}>${t("mail.undelivered")}<//></div>
    ${only ? html`<${Undelivered} of=${review} />` : html`<${SentMails} path="/api/v1/mails?reviewId=${review}" about="person" empty=${html`<${Empty} icon="mail" title=${t("mail.noneYet")}>${t("mail.noneYetWhy")}<//>`} />`}
  </div>`;
}

function ChooseReview() {
  const list = usePages("/api/v1/live-reviews");
  const columns = [
    { id: "review", title: t("mail.review"), wide: true, cell: (one) => html`<span class="person-words"><${Link} href="${HOME}?review=${one.id}" class="quiet-link strong">${one.accessPackage.displayName}<//><span class="person-detail">${one.displayName}</span></span>` },
    { id: "due", title: t("mail.closes"), cell: (one) => html`<${When} at=${one.endDateTime}>${due(one.endDateTime)}<//>` },
  ];
  return html`<div class="stack"><h2 class="mail-choose">${t("mail.chooseReview")}</h2>
    <${DataTable} caption=${t("mail.chooseReview")} list=${list} columns=${columns} onRow=${(one) => navigate(`${HOME}?review=${one.id}`)}
      empty=${html`<${Empty} icon="mail" title=${t("mail.noReviews")}>${t("mail.noReviewsWhy")}<//>`} /></div>`;
}

function ToPerson({ person }) {
  const { data } = useGet(person ? `/api/v1/people/${person}` : "");
  return html`<div class="stack">
    <div class="mail-person"><${PersonPicker} label=${t("mail.choosePerson")} value=${person ? data || { id: person, displayName: "…" } : null} autofocus=${!person}
      onChange=${(one) => setQuery({ person: one?.id || "", view: "person" })} /></div>
    ${person
      ? html`<${SentMails} key=${person} path="/api/v1/mails?personId=${person}" about="review" empty=${html`<${Empty} icon="mail" title=${t("mail.noneTo")}>${t("mail.noneToWhy")}<//>`} />`
      : html`<${Empty} icon="user" title=${t("mail.nobodyChosen")}>${t("mail.nobodyChosenWhy")}<//>`}
  </div>`;
}

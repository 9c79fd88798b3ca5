// A series of reviews: what runs, what comes, what was missed, and all there have been.
import { Button, Due, Skeleton, Tag, When } from "../kit/base.js";
import { DataTable, Facts, PageHead, Section } from "../kit/layout.js";
import { Empty, ErrorNote, NotFound, Notice } from "../kit/telling.js";
import { day, moment, until, zoneName } from "../lib/dates.js";
import { useGet } from "../lib/hooks.js";
import { html, useLayoutEffect } from "../lib/html.js";
import { Link, navigate } from "../lib/router.js";
import { t } from "../lib/texts.js";
import { State } from "../overview/state.js";

export default function Series({ id }) {
  const { data, error, reload } = useGet(`/api/v1/review-series/${id}`);
  useLayoutEffect(() => {
    if (data) document.title = t("frame.title", { page: data.displayName });
  }, [data]);
  const crumbs = [{ label: t("running.title"), href: "/admin/reviews" }];
  if (error?.status === 404 && !data) return html`<div class="page"><${NotFound} /></div>`;
  if (error && !data) return html`<div class="page"><${PageHead} crumbs=${crumbs} title=${t("running.seriesTitle")} /><${ErrorNote} error=${error} retry=${reload} /></div>`;
  if (!data) return html`<div class="page" aria-busy="true"><${PageHead} crumbs=${crumbs} title=${t("running.seriesTitle")} /><${Skeleton} rows=${5} height=${56} /></div>`;
  const policy = `/admin/packages/${data.accessPackage.id}/policies/${data.assignmentPolicy.id}`;
  return html`<div class="page">
    <${PageHead} crumbs=${[...crumbs, { label: data.accessPackage.displayName, href: `/admin/packages/${data.accessPackage.id}` }]} title=${data.displayName}
      lede=${t(`running.kind-${data.kind}`)} actions=${data.kind === "policy" && html`<${Button} href=${policy}>${t("running.toPolicy")}<//>`}>
      <div class="row-16"><${Tag} icon=${data.status === "active" ? "play" : "lock"}>${t(`running.series-${data.status}`)}<//>
        ${data.follows && html`<${Link} class="small" href="/admin/reviews/${data.follows}">${t("running.follows")}<//>`}</div>
    <//>
    ${data.waiting && html`<${Notice} tone="accent">${t("running.waits", { day: day(data.waiting.startDateTime, data.timeZone) })}<//>`}
    <div class="series-columns"><div><${Past} series=${data} /></div><div><${Ahead} series=${data} />${data.missed.length > 0 && html`<${Missed} series=${data} />`}</div></div>
  </div>`;
}

function Past({ series }) {
  const columns = [
    { id: "date", title: t("running.review"), cell: (one) => html`<${Link} class="running-link" href="/admin/reviews/${one.id}">${day(one.startDateTime, series.timeZone)}<//>` },
    { id: "state", title: t("running.state"), cell: (one) => html`<${State} review=${one} />` },
    { id: "closes", title: t("running.closes"), cell: (one) => (one.status === "InProgress" ? html`<${Due} at=${one.endDateTime} brief />` : html`<${When} at=${one.endDateTime} zone=${series.timeZone}>${day(one.endDateTime, series.timeZone)}<//>`) },
    { id: "notes", title: t("running.notes"), cell: (one) => html`<span class="muted small">${[one.openedLate && t("running.openedLate"), one.extensions > 0 && t("running.extendedTimes", { count: one.extensions })].filter(Boolean).join(" · ")}</span>` },
  ];
  return html`<${Section} title=${t("running.allReviewsOf")}>
    <${DataTable} caption=${t("running.allReviewsOf")} columns=${columns} list=${{ rows: series.reviews }} onRow=${(one) => navigate(`/admin/reviews/${one.id}`)}
      empty=${html`<${Empty} icon="calendar" title=${t("running.neverOpened")}>${t("running.neverOpenedWhy")}<//>`} />
  <//>`;
}

const Ahead = ({ series }) => html`<${Section} title=${t("running.next")} note=${t("running.inZone", { zone: zoneName(series.timeZone) })}>
  ${series.next.length ? html`<ol class="next-list">${series.next.map((one) => html`<li key=${one.date}><strong><${When} at=${one.startDateTime} zone=${series.timeZone}>${day(one.startDateTime, series.timeZone)}<//></strong>
    <span class="muted small">${until(one.startDateTime)} · ${t("running.untilDay", { day: day(one.endDateTime, series.timeZone) })}</span></li>`)}</ol>` : html`<p class="muted">${t("running.noNext")}</p>`}
<//>`;

const Missed = ({ series }) => html`<${Section} title=${t("running.missed")}><${Facts} rows=${series.missed.map((one) => [moment(one.startDateTime, series.timeZone), one.reason])} /><//>`;

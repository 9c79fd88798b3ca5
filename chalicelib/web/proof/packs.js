// An evidence pack: asking for it, whole or as a sample, waiting for it, downloading it, and how to verify it.
import { Button, Person, Skeleton } from "../kit/base.js";
import { Choice, TextInput } from "../kit/fields.js";
import { Dialog } from "../kit/floating.js";
import { DataTable, Section } from "../kit/layout.js";
import { explained, Notice } from "../kit/telling.js";
import { get, post } from "../lib/api.js";
import { useGet, usePages } from "../lib/hooks.js";
import { html, useState } from "../lib/html.js";
import { address } from "../lib/place.js";
import { number, t } from "../lib/texts.js";
import { Copied } from "./copied.js";

const USUAL_SAMPLE = 25;
const MOST_SAMPLED = 1_000;

/** `sealed`: is there anything to pack yet? */
export function Packs({ review, sealed }) {
  const [asking, ask] = useState(false);
  const act = sealed && html`<${Button} kind="primary" icon="package" onClick=${() => ask(true)}>${t("proof.makePack")}<//>`;
  return html`<${Section} title=${t("proof.pack")} note=${t("proof.packNote")} actions=${act}>
    ${sealed ? html`<${Verify} name=${t("proof.anyPack")} />` : html`<p class="muted">${t("proof.noPackYet")}</p>`}
    ${asking && html`<${Making} review=${review} close=${() => ask(false)} />`}
  <//>`;
}

/** The command an auditor runs, with the fingerprint that they should have from elsewhere too. */
function Verify({ name }) {
  const { data } = useGet("/api/v1/evidence-key");
  if (!data) return html`<${Skeleton} lines=${2} />`;
  return html`<div class="stack">
    <${Copied} label=${t("proof.command")} text=${`python3 verify_evidence.py ${name} --fingerprint ${data.fingerprint}`} />
    <p class="small muted prose">${t("proof.commandWhy")}</p></div>`;
}

function Making({ review, close }) {
  const [what, setWhat] = useState("whole");
  const [size, setSize] = useState(String(Math.min(USUAL_SAMPLE, Math.max(review.population.items, 1))));
  const [seed, setSeed] = useState("");
  const [chosen, choose] = useState([]);
  const [made, setMade] = useState({});
  const count = Number(size);
  const fine = what === "whole" || (what === "drawn" ? Number.isInteger(count) && count >= 1 && count <= MOST_SAMPLED : chosen.length > 0);
  const wish = what === "whole" ? {} : what === "drawn" ? { sample: count, seed } : { items: chosen };
  const go = async () => {
    setMade({ busy: true });
    try {
      setMade({ pack: await ready(await post(`/api/v1/reviews/${review.id}/evidence`, wish), (pack) => setMade({ busy: true, pack })) });
    } catch (error) {
      setMade({ error });
    }
  };
  const { pack, busy, error } = made;
  const done = pack?.downloadUrl;
  const foot = done
    ? html`<${Button} onClick=${close}>${t("kit.close")}<//><${Button} kind="primary" icon="download" onClick=${() => location.assign(pack.downloadUrl)}>${t("proof.download", { size: bytes(pack.bytes) })}<//>`
    : html`<${Button} onClick=${close}>${t("kit.cancel")}<//><${Button} kind="primary" busy=${busy} disabled=${!fine} onClick=${go}>${t("proof.makePack")}<//>`;
  const options = ["whole", "drawn", "chosen"].map((one) => ({ value: one, label: t(`proof.pack-${one}`), help: t(`proof.packHelp-${one}`, { count: review.population.items }), disabled: busy }));
  return html`<${Dialog} wide=${what === "chosen" && !done} title=${t(done ? "proof.packReady" : "proof.makePack")} close=${close} foot=${foot}><div class="stack">
    ${done ? html`<${Done} pack=${pack} />` : html`
      <${Choice} legend=${t("proof.packWhat")} value=${what} options=${options} onChange=${setWhat} />
      ${what === "drawn" && html`<div class="proof-draw"><${TextInput} label=${t("proof.sampleSize")} inputmode="numeric" value=${size} onInput=${setSize} error=${!fine && t("proof.sampleWrong", { most: MOST_SAMPLED })} />
        <${TextInput} label=${t("proof.seed")} help=${t("proof.seedHelp")} value=${seed} onInput=${setSeed} maxlength="200" /></div>`}
      ${what === "chosen" && html`<${Rows} review=${review} chosen=${chosen} choose=${choose} />`}
      ${busy && html`<${Notice} tone="accent" icon="clock">${t(pack ? "proof.packing" : "proof.asking")}<//>`}
      ${error && html`<${Notice} tone="deny">${explained(error)}<//>`}`}
  </div><//>`;
}

const Done = ({ pack }) => html`<div class="stack"><${Notice} tone="approve">${t(pack.sampled === null ? "proof.readyWhole" : "proof.readySample", { count: pack.sampled ?? 0 })}${pack.seed && ` ${t("proof.drawnBy", { seed: pack.seed })}`}<//>
  <${Verify} name=${`evidence-${pack.createdDateTime.slice(0, 10)}.zip`} /></div>`;

/** Wait until a pack is made; whoever closes the dialog finds it made when they ask for the same again. */
async function ready(pack, told) {
  for (let wait = 500; ; wait = Math.min(wait * 1.5, 5_000)) {
    if (pack.downloadUrl) return pack;
    if (pack.status === "error") throw Object.assign(new Error(pack.error), { status: 400 });
    told(pack);
    await new Promise((go) => setTimeout(go, wait));
    pack = await get(address(new URL(pack.statusUrl).pathname), { headers: { Accept: "application/json" } });
  }
}

function Rows({ review, chosen, choose }) {
  const list = usePages(`/v1.0/identityGovernance/accessReviews/definitions/${review.definitionId}/instances/${review.id}/decisions?$top=100`);
  const toggle = (id, on) => choose(on ? [...chosen, id] : chosen.filter((one) => one !== id));
  const columns = [
    { id: "who", title: t("proof.person"), wide: true, cell: (row) => html`<span class="proof-row"><input type="checkbox" checked=${chosen.includes(row.id)} aria-label=${row.principal.displayName} onChange=${(event) => toggle(row.id, event.target.checked)} />
      <${Person} id=${row.principal.id} name=${row.principal.displayName} detail=${row.principal.userPrincipalName} /></span>` },
    { id: "decision", title: t("proof.decision"), cell: (row) => t(`proof.decided-${row.decision}`) },
  ];
  return html`<div class="stack-8"><p class="muted small" role="status">${t("proof.chosen", { count: chosen.length })}</p>
    <div class="proof-rows"><${DataTable} caption=${t("proof.packWhat")} columns=${columns} list=${list} onRow=${(row) => toggle(row.id, !chosen.includes(row.id))} /></div></div>`;
}

const bytes = (count) => (count < 1_000_000 ? t("proof.kilobytes", { size: number(Math.max(1, Math.round(count / 1_000))) }) : t("proof.megabytes", { size: number(Math.round(count / 100_000) / 10) }));

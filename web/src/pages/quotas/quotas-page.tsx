// What an owner or a group may have, and has.

import { ask } from "../../api/ask.ts";
import type { Amounts, ServiceQuota, ServiceQuotaList } from "../../api/types.ts";
import { Empty } from "../../parts/empty.tsx";
import { Loading } from "../../parts/loading.tsx";
import { Page } from "../../parts/page.tsx";
import { useLoad } from "../../state/load.ts";
import { bytes } from "../../words/amounts.ts";

const plainly = (amount: number) => String(Math.round(amount * 100) / 100);
const KINDS: readonly (readonly [keyof Amounts, string, (amount: number) => string])[] = [
  ["stacks", "Stacks", plainly],
  ["services", "Services", plainly],
  ["memoryBytes", "Memory", bytes],
  ["cpus", "CPUs", plainly],
  ["ports", "Ports", plainly],
  ["secrets", "Secrets", plainly],
];

export function QuotasPage() {
  const loaded = useLoad((signal) => ask<ServiceQuotaList>({ path: "/v2/service-quotas", signal }), []);
  return (
    <Page title="Quotas">
      <Loading of={loaded}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty>The site limits nothing here.</Empty>
          ) : (
            <div class="cards">
              {items.map((quota) => (
                <QuotaCard key={`${quota.kind} ${quota.subject}`} quota={quota} />
              ))}
            </div>
          )
        }
      </Loading>
    </Page>
  );
}

function QuotaCard({ quota: { kind, subject, limits, used } }: { readonly quota: ServiceQuota }) {
  const id = `quota-${kind}-${subject}`;
  return (
    <section class="card" aria-labelledby={id}>
      <header>
        <h2 id={id}>{subject}</h2>
        <span class="quiet-note">{kind === "user" ? "account" : "group"}</span>
      </header>
      <dl class="meters">
        {KINDS.map(([name, label, show]) => (
          <Amount key={name} label={label} limit={limits[name]} used={used[name] ?? 0} show={show} />
        ))}
      </dl>
    </section>
  );
}

interface AmountProps {
  readonly label: string;
  readonly limit: number | undefined;
  readonly used: number;
  readonly show: (amount: number) => string;
}

function Amount({ label, limit, used, show }: AmountProps) {
  const full = limit !== undefined && used >= limit;
  return (
    <div>
      <dt>{label}</dt>
      <dd>
        <span>
          {show(used)}
          {limit === undefined ? <span class="quiet-note"> no limit</span> : ` of ${show(limit)}`}
          {full && <strong class="tone-warn"> full</strong>}
        </span>
        {limit !== undefined && (
          <meter min={0} max={limit} high={limit * 0.9} value={Math.min(used, limit)} aria-label={label}>
            {show(used)} of {show(limit)}
          </meter>
        )}
      </dd>
    </div>
  );
}

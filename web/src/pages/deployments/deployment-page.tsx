// One deployment: what its tags meant, what the rules said, and how its recipe differs from the one before.

import { at } from "../../api/address.ts";
import { ask } from "../../api/ask.ts";
import type { DeploymentPage as Answer, Deployment, DeploymentFiles, Stack } from "../../api/types.ts";
import { Facts } from "../../parts/facts.tsx";
import { Link } from "../../parts/link.tsx";
import { Loading } from "../../parts/loading.tsx";
import { Page } from "../../parts/page.tsx";
import { State } from "../../parts/state.tsx";
import { Table } from "../../parts/table.tsx";
import { Time } from "../../parts/time.tsx";
import { useLoad } from "../../state/load.ts";
import { shortDigest } from "../../words/amounts.ts";
import { shownOutcome } from "../../words/states.ts";
import { FindingList } from "../deploy/finding-list.tsx";
import { LiveProgress } from "../operation/live-progress.tsx";
import { StackTabs, StackTrail } from "../stack/stack-head.tsx";
import { FileDiffs } from "./file-diffs.tsx";
import { RollbackTo } from "./rollback-to.tsx";

interface Seen {
  readonly made: Deployment;
  readonly files: DeploymentFiles;
  readonly stack: Stack | undefined;
  readonly before: { readonly number: number; readonly files: DeploymentFiles } | undefined;
}

export function DeploymentPage({ stack, id }: { readonly stack: string; readonly id: string }) {
  const loaded = useLoad((signal) => look(stack, id, signal), [stack, id]);
  const number = loaded.data.value?.made.number;
  return (
    <Page
      title={number === undefined ? "Deployment" : `Deployment ${number} of ${stack}`}
      above={<StackTrail stack={stack} />}
    >
      <StackTabs stack={stack} />
      <Loading of={loaded}>{(seen) => <Shown seen={seen} again={loaded.again} />}</Loading>
    </Page>
  );
}

async function look(stack: string, id: string, signal: AbortSignal): Promise<Seen> {
  const filesOf = (deployment: string) =>
    ask<DeploymentFiles>({ path: at`/v2/stacks/${stack}/files`, query: { deployment }, signal });
  const [made, files, now] = await Promise.all([
    ask<Deployment>({ path: at`/v2/stacks/${stack}/deployments/${id}`, signal }),
    filesOf(id),
    ask<Stack>({ path: at`/v2/stacks/${stack}`, signal }),
  ]);
  const query = { after: String(made.number), limit: 1 };
  const history = await ask<Answer>({ path: at`/v2/stacks/${stack}/deployments`, query, signal });
  const earlier = history.items.find(({ number }) => number < made.number);
  const before = earlier ? { number: earlier.number, files: await filesOf(earlier.id) } : undefined;
  return { made, files, stack: now, before };
}

function Shown({ seen, again }: { readonly seen: Seen; readonly again: () => void }) {
  const { made, files, before, stack } = seen;
  const underWay = made.state === "under way" || made.state === "planned";
  return (
    <>
      <Facts
        facts={[
          ["What", made.kind],
          ["Who", made.by],
          ["When", <Time key="at" at={made.at} exact />],
          ["How it ended", <State key="state" shown={shownOutcome(made.state)} />],
          ["Because", made.message],
        ]}
      />
      {stack && stack.mine !== "see" && stack.deployment !== made.id && !underWay && <RollbackTo made={made} />}
      {underWay && <LiveProgress stack={made.stack} id={made.id} onEnd={again} />}
      <h2>Images</h2>
      <Table
        caption="What the tags meant"
        rows={Object.entries(made.images)}
        keyOf={([service]) => service}
        columns={[
          { head: "Service", cell: ([service]) => service, rowHead: true },
          { head: "Image", cell: ([, { reference }]) => <code>{reference}</code> },
          { head: "Digest", cell: ([, { digest }]) => <code title={digest}>{shortDigest(digest ?? "")}</code> },
        ]}
      />
      <h2>{before ? `Recipe, compared with deployment ${before.number}` : "Recipe"}</h2>
      <FileDiffs before={before?.files.files ?? []} after={files.files} />
      <h2>What the rules said</h2>
      {made.findings.length === 0 ? <p class="quiet-note">Nothing.</p> : <FindingList findings={made.findings} />}
      <p>
        <Link to="/rules">All rules of the site</Link>
      </p>
    </>
  );
}

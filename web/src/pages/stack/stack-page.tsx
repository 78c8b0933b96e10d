// A stack: its services as they are, whose it is, and what may be done with it.

import { at } from "../../api/address.ts";
import { ask } from "../../api/ask.ts";
import type { Stack } from "../../api/types.ts";
import { Facts } from "../../parts/facts.tsx";
import { Loading } from "../../parts/loading.tsx";
import { Page } from "../../parts/page.tsx";
import { State } from "../../parts/state.tsx";
import { Time } from "../../parts/time.tsx";
import { useFresh } from "../../state/fresh.ts";
import { useLoad } from "../../state/load.ts";
import { shownState } from "../../words/states.ts";
import { ServiceCard } from "./service-card.tsx";
import { StackActions } from "./stack-actions.tsx";
import { StackTabs, StackTrail } from "./stack-head.tsx";

export function StackPage({ stack: name }: { readonly stack: string }) {
  const loaded = useLoad((signal) => ask<Stack>({ path: at`/v2/stacks/${name}`, signal }), [name]);
  useFresh(loaded.again, name);
  const stack = loaded.data.value;
  return (
    <Page title={name} above={<StackTrail />} beside={stack && <State shown={shownState(stack.state)} />}>
      <StackTabs stack={name} />
      <Loading of={loaded}>
        {(loadedStack) => (
          <>
            {loadedStack.reason && <p class="lead">{loadedStack.reason}</p>}
            <StackActions stack={loadedStack} onDone={loaded.again} />
            <div class="cards">
              {loadedStack.services.map((service) => (
                <ServiceCard key={service.name} service={service} mine={loadedStack.mine} onDone={loaded.again} />
              ))}
            </div>
            <Ownership stack={loadedStack} />
          </>
        )}
      </Loading>
    </Page>
  );
}

function Ownership({ stack }: { readonly stack: Stack }) {
  const { title, name, owner, group, staffOwner, staffGroup, tags, createdAt, updatedAt } = stack;
  const others = Object.entries(tags).filter(
    ([key]) => !["owner", "group", "staff-owner", "staff-group"].includes(key),
  );
  return (
    <section aria-labelledby="whose">
      <h2 id="whose">Whose it is</h2>
      <Facts
        facts={[
          ["Title", title === name ? undefined : title],
          ["Owner", owner],
          ["Group", group],
          ["Staff owner", staffOwner],
          ["Staff group", staffGroup],
          ["Tags", others.map(([key, value]) => `${key}:${value}`).join(", ")],
          ["Made", <Time key="made" at={createdAt} />],
          ["Changed", <Time key="changed" at={updatedAt} />],
        ]}
      />
    </section>
  );
}

// The logs of a stack, live.

import { useSignal } from "@preact/signals";
import { at } from "../../api/address.ts";
import { ask } from "../../api/ask.ts";
import type { Stack } from "../../api/types.ts";
import { Button } from "../../parts/button.tsx";
import { Choice } from "../../parts/choice.tsx";
import { Failure } from "../../parts/failure.tsx";
import { Field } from "../../parts/field.tsx";
import { Page } from "../../parts/page.tsx";
import { useLoad } from "../../state/load.ts";
import { query, setQuery } from "../../state/location.ts";
import { counted } from "../../words/amounts.ts";
import { StackTabs, StackTrail } from "../stack/stack-head.tsx";
import { LineList } from "./line-list.tsx";
import { asText, filtered } from "./lines.ts";
import { save } from "./save.ts";
import { useTail } from "./tail.ts";

const STREAMS = [
  ["", "both"],
  ["stdout", "stdout"],
  ["stderr", "stderr"],
] as const;

export function LogsPage({ stack }: { readonly stack: string }) {
  const service = query.value.get("service") ?? "";
  const stream = query.value.get("stream") ?? "";
  const loaded = useLoad((signal) => ask<Stack>({ path: at`/v2/stacks/${stack}`, signal }), [stack]);
  const names = loaded.data.value?.services.map(({ name }) => name) ?? [];
  const tail = useTail({ stack, service, stream });
  const filter = useSignal("");
  const shown = filtered(tail.lines.value, filter.value);
  return (
    <Page title={`Logs of ${stack}`} above={<StackTrail stack={stack} />}>
      <StackTabs stack={stack} />
      <div class="bar">
        <Choice
          label="Service"
          value={service}
          options={[
            ["", "all"],
            ...(service && !names.includes(service) ? [[service, service] as const] : []),
            ...names.map((name) => [name, name] as const),
          ]}
          onChange={(value) => setQuery({ service: value })}
        />
        <Choice label="Output" value={stream} options={STREAMS} onChange={(value) => setQuery({ stream: value })} />
        <Field label="Filter" type="search" value={filter} />
        <Button
          pressed={tail.paused.value}
          onPress={() => {
            if (tail.paused.value) tail.goOn();
            else tail.paused.value = true;
          }}
        >
          Pause
        </Button>
        <Button onPress={() => save(`${stack}.log`, asText(shown))}>Save</Button>
      </div>
      <Failure error={tail.refusal.value ?? loaded.failure.value} />
      <p class="quiet-note">
        {counted(shown.length, "line")}
        {filter.value && ` of ${tail.lines.value.length}`}
        {tail.waiting.value > 0 && `, ${tail.waiting.value} more came meanwhile`}
      </p>
      <LineList lines={shown} label={`Lines of ${stack}`} mark={filter.value} />
    </Page>
  );
}

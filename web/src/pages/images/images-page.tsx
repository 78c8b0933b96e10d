// The gateway's images and what is being pulled.

import type { Image } from "../../api/types.ts";
import { Empty } from "../../parts/empty.tsx";
import { Field } from "../../parts/field.tsx";
import { Loading } from "../../parts/loading.tsx";
import { More } from "../../parts/more.tsx";
import { Page } from "../../parts/page.tsx";
import { State } from "../../parts/state.tsx";
import { Table } from "../../parts/table.tsx";
import { Time } from "../../parts/time.tsx";
import { defaultSystem } from "../../state/gateway.ts";
import { query, setQuery } from "../../state/location.ts";
import { usePages } from "../../state/pages-of.ts";
import { hasRole } from "../../state/session.ts";
import { useTyped } from "../../state/typed.ts";
import { bytes } from "../../words/amounts.ts";
import { shownImage } from "../../words/states.ts";
import { PullForm } from "./pull-form.tsx";
import { Pulls } from "./pulls.tsx";
import { Release } from "./release.tsx";
import { ImageVerdictCell } from "./verdict.tsx";

export function ImagesPage() {
  const match = query.value.get("match") ?? "";
  const system = query.value.get("system") || defaultSystem.value;
  const all = hasRole("operator", "admin") && query.value.get("all") === "true";
  const pages = usePages<Image>("/v2/images", { system, match, ...(all ? { all } : {}) });
  const text = useTyped(match);
  return (
    <Page title="Images">
      <PullForm system={system} />
      <Pulls key={system} system={system} onEnded={pages.first.again} />
      <h2>Images{system && ` of ${system}`}</h2>
      <search class="bar">
        <Field label="Find" type="search" value={text} onChange={(value) => setQuery({ match: value })} />
        {hasRole("operator", "admin") && (
          <label class="check">
            <input
              type="checkbox"
              checked={all}
              onChange={(event) => setQuery({ all: event.currentTarget.checked ? "true" : "" })}
            />
            All, in any state
          </label>
        )}
      </search>
      <Loading of={pages.first}>
        {() =>
          pages.items.length === 0 ? (
            <Empty>No image fits.</Empty>
          ) : (
            <Images items={pages.items} again={pages.first.again} />
          )
        }
      </Loading>
      <More of={pages} words="Show more" />
    </Page>
  );
}

function Images({ items, again }: { readonly items: readonly Image[]; readonly again: () => void }) {
  const judged = items.some(({ verdict }) => verdict !== undefined);
  return (
    <Table
      caption="Images"
      rows={items}
      keyOf={({ system, id }) => `${system} ${id}`}
      columns={[
        {
          ...{ head: "Image", rowHead: true },
          cell: ({ tags, id }) =>
            tags.length > 0 ? tags.map((tag) => <code key={tag}>{tag} </code>) : <code>{id.slice(0, 12)}</code>,
        },
        { head: "System", cell: ({ system }) => system },
        {
          head: "State",
          cell: ({ status, statusMessage }) => (
            <>
              <State shown={shownImage(status)} />{" "}
              {status !== "READY" && statusMessage && <span class="reason">{statusMessage}</span>}
            </>
          ),
        },
        ...(judged ? [{ head: "Verdict", cell: (image: Image) => <ImageVerdictCell image={image} /> }] : []),
        { head: "Size", cell: (image) => bytes(image.bytes), number: true },
        { head: "Platform", cell: ({ os, arch }) => `${os}/${arch}` },
        { head: "Pulled", cell: ({ lastPull }) => <Time at={lastPull} /> },
        { head: "Used", cell: ({ lastUse }) => (lastUse === null ? "never" : <Time at={lastUse} />) },
        { head: "Removed", cell: ({ expires }) => expires !== null && <Time at={expires} /> },
        {
          head: "",
          cell: (image) =>
            image.status === "QUARANTINED" && hasRole("operator", "admin") ? (
              <Release image={image} onDone={again} />
            ) : null,
        },
      ]}
    />
  );
}

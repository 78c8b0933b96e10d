// Secrets: which there are, who gets them; new ones and new values. Their values are never shown.

import { useSignal } from "@preact/signals";
import { at } from "../../api/address.ts";
import { ask } from "../../api/ask.ts";
import type { Secret, SecretList } from "../../api/types.ts";
import { Button } from "../../parts/button.tsx";
import { confirm } from "../../parts/confirm.tsx";
import { Failure } from "../../parts/failure.tsx";
import { Loading } from "../../parts/loading.tsx";
import { Page } from "../../parts/page.tsx";
import { useAction } from "../../state/action.ts";
import { useLoad } from "../../state/load.ts";
import { NewSecret } from "./new-secret.tsx";
import { RotateSecret } from "./rotate-secret.tsx";
import { SecretTable } from "./secret-table.tsx";

export function SecretsPage() {
  const loaded = useLoad((signal) => ask<SecretList>({ path: "/v2/secrets", signal }), []);
  // A secret gets a new value, or there will be a new one.
  const open = useSignal<Secret | "new" | undefined>(undefined);
  const { failure, run } = useAction();
  async function remove({ name }: Secret): Promise<void> {
    const text = ["Its value is gone then. Recipes that name it need a new one of this name."];
    if (!(await confirm({ title: `Remove ${name}`, text, verb: "Remove the secret", danger: true }))) return;
    await run(() => ask<void>({ method: "DELETE", path: at`/v2/secrets/${name}` }), `${name} is removed`);
    loaded.again();
  }
  const show = (secret: Secret | "new") => {
    open.value = secret;
  };
  const close = () => {
    open.value = undefined;
    loaded.again();
  };
  const make = (
    <Button kind="primary" onPress={() => show("new")}>
      New secret
    </Button>
  );
  return (
    <Page title="Secrets" actions={make}>
      <Failure error={failure.value} />
      <Loading of={loaded}>
        {({ items }) => <SecretTable items={items} onRotate={show} onRemove={(secret) => void remove(secret)} />}
      </Loading>
      {open.value === "new" && <NewSecret onClose={close} />}
      {typeof open.value === "object" && <RotateSecret secret={open.value} onClose={close} />}
    </Page>
  );
}

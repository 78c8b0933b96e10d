// Going back to a deployment that does not count any more.

import { at } from "../../api/address.ts";
import type { Deployment } from "../../api/types.ts";
import { DoingButtons } from "../stack/doing-buttons.tsx";

export function RollbackTo({ made }: { readonly made: Deployment }) {
  const { stack, number, id } = made;
  return (
    <DoingButtons
      stack={stack}
      onDone={() => {}}
      doings={[
        {
          ...{ verb: "rollback", label: "Go back to this one", method: "POST", path: at`/v2/stacks/${stack}/rollback` },
          body: { to: id },
          asking: {
            title: `Go back to deployment ${number}`,
            text: [
              "Its recipe and the very same images come back.",
              "Data in volumes stays as it is now; what newer versions wrote, the older one must be able to read.",
            ],
            verb: "Go back",
            danger: true,
          },
        },
      ]}
    />
  );
}

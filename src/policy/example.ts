// An example of a rule: a small change to a stack that keeps every rule of the profile `spin`. Examples stand beside the rule,
// are printed in the handbook and are run as its tests (`rules.test.ts`).

import type { LimitsSpec, SecuritySpec, ServiceSpec, StackSpec } from "../recipe/stack/types.ts";
import type { PolicyConfig } from "./config.ts";
import type { ImageFacts, StackFacts } from "./facts.ts";
import type { OperationInput, OutputInput, SecretInput } from "./subjects.ts";
import type { Severity } from "./types.ts";

export interface Example {
  /** As short as in a table: `db-mysql`. */
  readonly shows: string;
  /** Changes the example's only service, `web` of the stack `rover`. */
  readonly service?: Partial<ServiceSpec> | undefined;
  readonly security?: Partial<SecuritySpec> | undefined;
  readonly limits?: Partial<LimitsSpec> | undefined;
  readonly stack?: Partial<StackSpec> | undefined;
  /** Facts of the service's image; replaces those of the example's. */
  readonly image?: ImageFacts | null | undefined;
  readonly facts?: StackFacts | undefined;
  readonly policy?: Partial<PolicyConfig> | undefined;
  /** Text of the Dockerfile that the image was built from. */
  readonly dockerfile?: string | undefined;
  readonly secret?: SecretInput | undefined;
  readonly operation?: Partial<OperationInput> | undefined;
  readonly output?: OutputInput | undefined;
  /** What the finding must be, where it is not the rule's plain case. */
  readonly expect?:
    | {
        readonly case?: string;
        readonly severity?: Severity;
        readonly certainty?: "certain" | "likely" | "unknown";
        readonly pointer?: string;
        /** Part of the message. */
        readonly says?: string;
      }
    | undefined;
}

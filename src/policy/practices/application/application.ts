// Practices about one application per image, in the catalogue's order.

import type { Practice } from "../../practice.ts";
import { ONE_ENVIRONMENT } from "./environments.ts";
import { UNLIKE_PORTS } from "./ports.ts";
import { ONE_PROCESS } from "./processes.ts";
import { APPLICATION_REVIEW, ONE_SERVICE } from "./services.ts";

export const APPLICATIONS: readonly Practice[] = [
  ONE_SERVICE,
  ONE_PROCESS,
  ONE_ENVIRONMENT,
  UNLIKE_PORTS,
  APPLICATION_REVIEW,
];

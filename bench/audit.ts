// The benchmark of audits: `node bench/audit.ts [--rounds N] [--without PATTERN]`. On the images of the first section of the
// README, which root makes once.

import { runMeasures } from "./command-line.ts";
import { imageAudit } from "./measures/audit.ts";
import { preparePlace } from "./place.ts";

await runMeasures({ audit: imageAudit }, (without) => ({ where: preparePlace(without), close: () => undefined }));

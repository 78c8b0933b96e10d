// The door of the demo: the demo itself, and its images for tests and benchmarks.

export { type Audience, type Demo, type DemoOptions, performDemo } from "./demo.ts";
export { type MadeImage, type MakeOptions, makeDemoImage, makeLayers } from "./demo-image.ts";
export { fail as demoFail } from "./errors.ts";
export type { Proof, StepReport } from "./proof.ts";
export { makeTinyImage, type TinyOptions } from "./tiny-image.ts";

// The door of the MPI room: whether the host's MPI may take the place of an image's, and the folder by which it does.

export { type Collection, collect } from "./collect.ts";
export { fail as failMpi } from "./errors.ts";
export { type Candidate, type Examination, examine, type Group } from "./examine.ts";
export { FAMILY_NAMES } from "./families.ts";
export { findHostMpi, type HostMpi } from "./host-mpi.ts";
export type { State, Verdict } from "./judge.ts";
export { type ModuleFacts, moduleName, siteModule, udiRootModule } from "./module-text.ts";
export { type Prepared, prepareFolder } from "./prepare.ts";
export { releaseName } from "./release.ts";
export { System } from "./system.ts";

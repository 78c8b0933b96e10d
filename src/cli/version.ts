// The version: put in by the build; a run from source says so.

declare const BERTH_VERSION: string | undefined;

export const VERSION: string = typeof BERTH_VERSION === "string" ? BERTH_VERSION : "0.0.0-source";

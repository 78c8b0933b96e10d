export { findLauncher as launcherPath } from "../platform/doctor/launcher.ts";

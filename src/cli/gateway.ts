// `berth gateway`: everything that people and administrators ask of a site's image gateway. Each command's work is in
// gateway/.

import { Command } from "commander";
import type { Context } from "./context.ts";
import * as images from "./gateway/images.ts";
import { importMongoCommand } from "./gateway/import-mongo.ts";
import { migrateCommand } from "./gateway/migrate.ts";
import { namespaceCommand } from "./gateway/namespaces.ts";
import * as pins from "./gateway/pins.ts";
import * as pulls from "./gateway/pulls.ts";
import { remindersCommand } from "./gateway/reminders.ts";
import { repositoryCommand } from "./gateway/repositories.ts";
import * as site from "./gateway/site.ts";
import { teamCommand } from "./gateway/teams.ts";
import { tokenCommand } from "./gateway/tokens.ts";

/** `berth gateway`. */
export function gatewayCommand(context: Context): Command {
  const command = new Command("gateway").description(
    "Pull, share and look after the images of a site. The gateway is found by BERTH_GATEWAY, /etc/berth/site.yaml or Shifter's udiRoot.conf.",
  );
  const parts = [
    ...[pulls.pullCommand, pulls.importCommand, pulls.queueCommand, pulls.cancelCommand],
    ...[images.listCommand, images.showCommand, images.removeCommand, images.aclCommand, images.historyCommand],
    ...[images.releaseCommand, remindersCommand, pins.pinCommand, pins.unpinCommand, pins.pinsCommand],
    ...[site.quotaCommand, site.eventsCommand, site.collectCommand, site.systemsCommand, site.whoamiCommand],
    ...[teamCommand, namespaceCommand, repositoryCommand],
    ...[tokenCommand, migrateCommand, importMongoCommand],
  ];
  for (const part of parts) command.addCommand(part(context));
  return command;
}

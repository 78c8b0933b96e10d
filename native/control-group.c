// Enters a control group before anything else is done, so that all processes of the launch are in it.
#include "control-group.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "say.h"

void control_group_enter(const struct plan *plan) {
  if (plan->first[OP_CONTROL_GROUP] == NULL) return;
  const char *path = plan->first[OP_CONTROL_GROUP]->text[0];
  int group = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
  int list = group < 0 ? -1 : openat(group, "cgroup.procs", O_WRONLY | O_CLOEXEC);
  if (list < 0 || write(list, "0", 1) != 1) die("cannot enter the control group %s: %s", path, strerror(errno));
  close(list);
  close(group);
}

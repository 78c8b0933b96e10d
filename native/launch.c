// Carrying out a launch plan, from the first namespace to the payload. docs/launch-plan.md is its specification.
//
// What is made is made inside namespaces of its own and unattached until it is complete, so that whenever the process is killed
// nothing stays behind. It reads no environment.
#include "launch.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "bind.h"
#include "control-group.h"
#include "fuse.h"
#include "identity.h"
#include "image.h"
#include "inherit.h"
#include "instance.h"
#include "layer.h"
#include "merge.h"
#include "mounts.h"
#include "overlay-image.h"
#include "payload.h"
#include "plan.h"
#include "pretend.h"
#include "program.h"
#include "publish.h"
#include "record.h"
#include "say.h"
#include "sys.h"
#include "wait.h"

void launch(const struct plan *plan) {
  if (plan->first[OP_JOIN] != NULL) die("bad plan: `join` is for berth-join");
  signals_reset();
  bool instance = plan->times[OP_INSTANCE] > 0;
  payload_expect_kept(plan);
  bool published = plan->times[OP_PUBLISH] > 0;
  if (published) say_image_status = EXIT_IMAGE;
  mode_t inherited = umask(0); // what the plan's modes say is what is made
  record_send(plan);
  if (instance) instance_open(plan);
  control_group_enter(plan);
  if (plan_choice(plan, OP_ROOT, ROOT_DIR) == ROOT_FUSE) fuse_prepare(plan);
  overlay_images_lock(plan);
  if (published) publish_prepare(plan);
  identity_enter(plan);
  // Mounts that the host makes later (automounted homes) come in; nothing goes out.
  if (sys_mount(NULL, "/", NULL, MS_REC | MS_SLAVE) < 0)
    die("cannot separate the mounts from the host's: %s (on Ubuntu 24.04 see sysctl kernel.apparmor_restrict_unprivileged_userns)",
        strerror(errno));
  binds_prepare(plan);
  int image = image_open(plan);
  overlay_images_mount(plan);
  if (plan_merges(plan)) image = merge_open(plan, image);
  if (plan->namespaces & 1u << NS_PID) enter_pid_namespace(instance);
  int root = layer_raise(plan, image);
  mounts_make(plan, root);
  if (published) publish_root(plan, root);
  identity_before_root_change(plan);
  root_change(root);
  payload_limits(plan);
  identity_drop(plan);
  pretend_begin(plan);
  if (instance) fetch_outside(identity_nests(plan));
  die_with_outside();
  payload_settle(plan, inherited);
  if (instance) instance_announce();
  bool program = plan->times[OP_ARG] > 0;
  if (instance && !program) instance_begin();
  if (instance) become_lasting_init(program, say_also);
  else if (plan->times[OP_INIT] > 0) become_init();
  if (instance) instance_begin();
  program_start(plan);
}

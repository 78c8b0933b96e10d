// A squashfs mounted through squashfuse_ll for this container alone. The process that serves it
// - lives in a copy of the mount namespace made before the mount exists: were it inside, it would keep the namespace, hence
//   the mount, hence itself alive for ever;
// - was forked twice: the payload has no child it does not know, and PID 1 of the host (or the job's subreaper) reaps it;
// - is its own session without the caller's descriptors: no ctrl-C reaches it, no pipe stays open because of it;
// - ends when the kernel destroys the mount, that is, with the last process of the container.
#include "fuse.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "identity.h"
#include "say.h"
#include "sys.h"

static int complaints = -1; // what squashfuse writes to its stderr

__attribute__((noreturn)) static void serve(const struct plan *plan, int device, int go, int stderr_end) {
  const char *program = plan->first[OP_FUSE_PROGRAM]->text[0], *file = plan->first[OP_ROOT]->text[1];
  char byte, options[32], target[32];
  if (unshare(CLONE_NEWNS) < 0 || read(go, &byte, 1) != 1) _exit(1); // no byte: the launcher died before it mounted
  snprintf(options, sizeof options, "offset=%llu", (unsigned long long)plan->first[OP_ROOT]->value[2]);
  int null = open("/dev/null", O_RDWR | O_CLOEXEC);
  // 3 is squashfuse's; device and stderr_end are above it or moved there before this.
  if (null < 0 || dup2(null, 0) < 0 || dup2(null, 1) < 0 || dup2(stderr_end, 2) < 0 || dup2(device, 3) < 0) _exit(1);
  syscall(SYS_close_range, 4u, ~0u, 0u);
  snprintf(target, sizeof target, "/dev/fd/3");
  setsid();
  signal(SIGPIPE, SIG_IGN); // the launcher stops listening to its stderr
  if (chdir("/") < 0) _exit(1);
  capabilities_drop();
  prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  char *argv[] = {(char *)(uintptr_t)program, (char[]){"-f"}, (char[]){"-o"}, options, (char *)(uintptr_t)file, target, NULL};
  execve(program, argv, (char *[]){NULL});
  say("cannot run %s: %s", program, strerror(errno));
  _exit(1);
}

// Moves a descriptor out of the way of 0 to 3, where squashfuse's are going to be.
static int above(int descriptor) {
  int moved = fcntl(descriptor, F_DUPFD_CLOEXEC, 10);
  if (descriptor < 0 || moved < 0) die("cannot prepare the FUSE mount: %s", strerror(errno));
  close(descriptor);
  return moved;
}

static void pipe_above(int ends[2]) {
  if (pipe2(ends, O_CLOEXEC) < 0) die("cannot make a pipe: %s", strerror(errno));
  ends[0] = above(ends[0]);
  ends[1] = above(ends[1]);
}

// Returns the descriptor that tells the server to start.
static int start_server(const struct plan *plan, int device) {
  int go[2], errors[2], status;
  pipe_above(go);
  pipe_above(errors);
  pid_t child = fork();
  if (child == 0) {
    pid_t server = fork();
    if (server != 0) _exit(server < 0);
    close(go[1]);
    close(errors[0]);
    serve(plan, device, go[0], errors[1]);
  }
  if (child < 0 || waitpid(child, &status, 0) < 0 || status != 0) die("cannot start the FUSE server: %s", strerror(errno));
  close(go[0]);
  close(errors[1]);
  complaints = errors[0];
  return go[1];
}

static int mount_device(int device, const char *file) {
  char number[16], uid[16], gid[16];
  snprintf(number, sizeof number, "%d", device);
  snprintf(uid, sizeof uid, "%u", geteuid());
  snprintf(gid, sizeof gid, "%u", getegid());
  // allow_other reaches no further than this user namespace; without it, Docker's USER could not read its own image.
  const char *options[][2] = {{"source", "squashfuse"}, {"subtype", "squashfuse"}, {"fd", number}, {"rootmode", "40000"}, {"user_id", uid}, {"group_id", gid}};
  int fs = sys_fsopen("fuse");
  bool good = fs >= 0;
  for (size_t i = 0; good && i < sizeof options / sizeof *options; i++) good = sys_fsconfig(fs, FSCONFIG_SET_STRING, options[i][0], options[i][1]) == 0;
  if (!good || sys_fsconfig(fs, FSCONFIG_SET_FLAG, "allow_other", NULL) < 0 || sys_fsconfig(fs, FSCONFIG_SET_FLAG, "ro", NULL) < 0 ||
      sys_fsconfig(fs, FSCONFIG_CMD_CREATE, NULL, NULL) < 0)
    die("cannot make a FUSE mount for %s: %s", file, strerror(errno));
  int mount = sys_fsmount(fs, MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV);
  if (mount < 0) die("cannot mount %s: %s", file, strerror(errno));
  close(fs);
  return mount;
}

int fuse_mount(const struct plan *plan) {
  const char *file = plan->first[OP_ROOT]->text[1];
  int device = open("/dev/fuse", O_RDWR | O_CLOEXEC); // in the new user namespace: the kernel compares
  if (device < 0) die("cannot open /dev/fuse: %s (load the module fuse, or let the administrator set its mode to 0666)", strerror(errno));
  device = above(device);
  int go = start_server(plan, device);
  int mount = mount_device(device, file);
  close(device); // now the server alone holds it: if it dies, the mount says so instead of hanging
  if (write(go, "", 1) != 1) die("the FUSE server for %s is gone", file);
  close(go);
  return mount;
}

void fuse_wait(int mount, const char *file) {
  struct stat about;
  char line[512] = "";
  int probe = openat(mount, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (probe >= 0 && fstat(probe, &about) == 0) {
    close(probe);
    close(complaints);
    return;
  }
  int reason = errno;
  ssize_t length = read(complaints, line, sizeof line - 1); // ends when the server does
  line[length > 0 ? length : 0] = 0;
  line[strcspn(line, "\n")] = 0;
  die("cannot mount %s with squashfuse: %s", file, *line != 0 ? line : strerror(reason));
}

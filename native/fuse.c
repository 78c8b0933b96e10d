// A squashfs mounted through squashfuse_ll for this container alone. The process that serves it
// - stays in the caller's namespaces and gets the device of the new one through a socket: were it inside, it would keep the
//   mount namespace, hence the mount, hence itself alive for ever;
// - was forked twice: the payload has no child it does not know, and PID 1 of the host (or the job's subreaper) reaps it;
// - is its own session without the caller's descriptors: no ctrl-C reaches it, no pipe stays open because of it;
// - ends when the kernel destroys the mount, that is, with the last process of the container.
#include "fuse.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "pass.h"
#include "say.h"
#include "sys.h"

enum { PATIENCE_MS = 1000 };

static int complaints = -1; // what squashfuse writes to its stderr
static int server = -1;     // the socket to the server

__attribute__((noreturn)) static void serve(const struct plan *plan, int launcher, int errors) {
  const char *program = plan->first[OP_FUSE_PROGRAM]->text[0], *file = plan->first[OP_ROOT]->text[1];
  char options[32];
  int device = pass_receive(launcher), null = open("/dev/null", O_RDWR | O_CLOEXEC);
  if (device < 0) _exit(1); // the launcher has died or failed instead of mounting
  device = pass_above(device);
  snprintf(options, sizeof options, "offset=%llu", (unsigned long long)plan->first[OP_ROOT]->value[2]);
  if (null < 0 || dup2(null, 0) < 0 || dup2(null, 1) < 0 || dup2(errors, 2) < 0 || dup2(device, 3) < 0) _exit(1);
  syscall(SYS_close_range, 4u, ~0u, 0u);
  setsid();
  signal(SIGPIPE, SIG_IGN); // the launcher stops listening to its stderr
  if (chdir("/") < 0) _exit(1);
  char *argv[] = {(char[]){"squashfuse_ll"}, (char[]){"-f"}, (char[]){"-o"}, options, (char *)(uintptr_t)file, (char[]){"/dev/fd/3"}, NULL};
  execve(program, argv, (char *[]){NULL});
  say("cannot run %s: %s", program, strerror(errno));
  _exit(1);
}

void fuse_prepare(const struct plan *plan) {
  int talk[2], errors[2], status;
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, talk) < 0 || pipe2(errors, O_CLOEXEC) < 0)
    die("cannot prepare the FUSE mount: %s", strerror(errno));
  for (int i = 0; i < 2; i++) {
    talk[i] = pass_above(talk[i]);
    errors[i] = pass_above(errors[i]);
  }
  pid_t child = fork();
  if (child == 0) {
    pid_t grandchild = fork();
    if (grandchild != 0) _exit(grandchild < 0);
    close(talk[0]);
    close(errors[0]);
    serve(plan, talk[1], errors[1]);
  }
  if (child < 0 || waitpid(child, &status, 0) < 0 || status != 0) die("cannot start the FUSE server: %s", strerror(errno));
  close(talk[1]);
  close(errors[1]);
  server = talk[0];
  complaints = errors[0];
}

static int mount_device(int device, const char *file) {
  char number[16], uid[16], gid[16];
  snprintf(number, sizeof number, "%d", device);
  snprintf(uid, sizeof uid, "%u", geteuid());
  snprintf(gid, sizeof gid, "%u", getegid());
  // allow_other reaches no further than this user namespace; without it, Docker's USER could not read its own image.
  const char *options[][2] = {{"source", "squashfuse"}, {"subtype", "squashfuse"}, {"fd", number},
                              {"rootmode", "40000"}, {"user_id", uid}, {"group_id", gid}};
  int fs = sys_fsopen("fuse");
  bool good = fs >= 0;
  for (size_t i = 0; good && i < sizeof options / sizeof *options; i++)
    good = sys_fsconfig(fs, FSCONFIG_SET_STRING, options[i][0], options[i][1]) == 0;
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
  int mount = mount_device(device, file);
  if (!pass_send(server, device)) die("the FUSE server for %s is gone", file);
  close(device); // now the server alone holds it: if it dies, the mount says so instead of hanging
  close(server);
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
  // A server that ends says why first; one that goes on (a damaged image) has nothing to say.
  struct pollfd words = {.fd = complaints, .events = POLLIN};
  ssize_t length = poll(&words, 1, PATIENCE_MS) > 0 ? read(complaints, line, sizeof line - 1) : 0;
  line[length > 0 ? length : 0] = 0;
  line[strcspn(line, "\n")] = 0;
  die("cannot mount %s with squashfuse: %s", file, *line != 0 ? line : strerror(reason));
}

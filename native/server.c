// Servers that cannot be handed a FUSE device (those built on libfuse 2) mount where they are told, in their own mount
// namespace. As long as that namespace holds the mount, and the server the namespace, neither would ever end: so a process
// between the launcher and the server takes a clone of the mount out and unmounts the original. It finishes this even when
// the launcher is killed meanwhile; the clone is then closed unused, and the server ends.
#include "server.h"

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "identity.h"
#include "pass.h"
#include "say.h"
#include "sys.h"

enum { SERVED = 3 }; // the number in SERVER_FILE

static pid_t holder; // the launcher, which becomes the payload

__attribute__((noreturn)) static void execute(char *const argv[], int file, int output) {
  char name[40];
  int null = open("/dev/null", O_RDWR | O_CLOEXEC);
  snprintf(name, sizeof name, "BERTH_HOLDER=%d", (int)holder);
  if (null < 0 || dup2(null, 0) < 0 || dup2(output, 1) < 0 || dup2(output, 2) < 0 || (file >= 0 && dup2(file, SERVED) < 0)) _exit(126);
  syscall(SYS_close_range, file >= 0 ? SERVED + 1u : SERVED, ~0u, 0u);
  identity_pass_on();
  execve(argv[0], argv, (char *[]){name, (char[]){"PATH=/usr/sbin:/usr/bin:/sbin:/bin"}, NULL});
  dprintf(2, "it cannot be started: %s\n", strerror(errno));
  _exit(127);
}

// The last line that says anything. Programs greet first and complain last.
static void last_line(int output, char *words, size_t size) {
  char text[4096];
  off_t length = lseek(output, 0, SEEK_END), from = length > (off_t)sizeof text - 1 ? length - (off_t)sizeof text + 1 : 0;
  ssize_t got = pread(output, text, sizeof text - 1, from);
  size_t end = got > 0 ? (size_t)got : 0;
  while (end > 0 && strchr(" \n", text[end - 1]) != NULL) end--;
  text[end] = 0;
  char *line = strrchr(text, '\n');
  snprintf(words, size, "%s", line == NULL ? text : line + 1);
}

int server_run(char *const argv[], int file, char *words, size_t size) {
  int output = memfd_create("words", MFD_CLOEXEC), status; // not a pipe: nobody has to read while it writes
  if (output < 0) die("cannot run %s: %s", argv[0], strerror(errno));
  output = pass_above(output);
  if (holder == 0) holder = getpid();
  pid_t child = fork();
  if (child < 0) die("cannot start a process: %s", strerror(errno));
  if (child == 0) execute(argv, file, output);
  while (waitpid(child, &status, 0) < 0)
    if (errno != EINTR) die("cannot wait for %s: %s", argv[0], strerror(errno));
  last_line(output, words, size);
  close(output);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

// Everything the server needs, by names without any character that its options give a meaning to.
static void lay_out(const struct server *server) {
  int trees[SERVER_MAX_TREES];
  char name[32];
  for (size_t i = 0; i < server->count; i++) {
    trees[i] = sys_open_tree(server->trees[i], "", OPEN_TREE_CLONE | AT_EMPTY_PATH); // before the unshare: it asks for this namespace
    if (trees[i] < 0) die("cannot hand a directory over for %s: %s", server->what, strerror(errno));
  }
  if (unshare(CLONE_NEWNS) < 0) die("cannot make a mount namespace: %s", strerror(errno));
  if (sys_mount("tmpfs", SERVER_TREES, "tmpfs", MS_NOSUID | MS_NODEV) < 0 || mkdir(SERVER_POINT, 0700) < 0)
    die("cannot prepare " SERVER_TREES " for %s: %s", server->what, strerror(errno));
  for (size_t i = 0; i < server->count; i++) {
    snprintf(name, sizeof name, SERVER_TREES "/%zu", i);
    if (mkdir(name, 0700) < 0 || sys_move_mount(trees[i], AT_FDCWD, name, 0) < 0)
      die("cannot prepare %s for %s: %s", name, server->what, strerror(errno));
  }
}

__attribute__((noreturn)) static void mount_and_pass(const struct server *server, int launcher) {
  char words[512];
  setsid(); // what ends the caller's process group must not come between the mount and its unmounting
  lay_out(server);
  int status = server_run(server->argv, server->file, words, sizeof words);
  int tree = status != 0 ? -1 : sys_open_tree(AT_FDCWD, SERVER_POINT, OPEN_TREE_CLONE);
  if (status == 0) sys_umount(SERVER_POINT, BERTH_MNT_DETACH);
  if (tree < 0) die("cannot mount %s with %s: %s", server->what, server->argv[0], *words != 0 ? words : "it gives no reason");
  if (sys_mount_setattr(tree, 0, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV) < 0) die("cannot protect the mount of %s: %s", server->what, strerror(errno));
  _exit(pass_send(launcher, tree) ? 0 : EXIT_LAUNCH);
}

int server_mount(const struct server *server) {
  int talk[2], status;
  holder = getpid();
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, talk) < 0) die("cannot prepare the mount of %s: %s", server->what, strerror(errno));
  pid_t child = fork();
  if (child < 0) die("cannot start a process: %s", strerror(errno));
  if (child == 0) {
    close(talk[0]);
    mount_and_pass(server, pass_above(talk[1]));
  }
  close(talk[1]);
  int mount = pass_receive(talk[0]);
  close(talk[0]);
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) continue;
  if (mount < 0) _exit(say_status); // the child has said why
  return mount;
}

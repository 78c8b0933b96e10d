// The only place that knows how the kernel packs descriptors into messages.
#include "pass.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "say.h"

union control {
  struct cmsghdr head; // for its alignment
  char bytes[CMSG_SPACE(sizeof(int))];
};

bool pass_send(int socket, int descriptor) {
  union control control = {.bytes = {0}};
  struct iovec one = {.iov_base = (char[]){""}, .iov_len = 1};
  struct msghdr message = {.msg_iov = &one, .msg_iovlen = 1, .msg_control = control.bytes, .msg_controllen = sizeof control.bytes};
  struct cmsghdr *head = CMSG_FIRSTHDR(&message);
  *head = (struct cmsghdr){.cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS, .cmsg_len = CMSG_LEN(sizeof descriptor)};
  memcpy(CMSG_DATA(head), &descriptor, sizeof descriptor);
  return sendmsg(socket, &message, MSG_NOSIGNAL) == 1;
}

int pass_receive(int socket) {
  char byte;
  int descriptor;
  union control control;
  struct iovec one = {.iov_base = &byte, .iov_len = 1};
  struct msghdr message = {.msg_iov = &one, .msg_iovlen = 1, .msg_control = control.bytes, .msg_controllen = sizeof control.bytes};
  ssize_t got;
  while ((got = recvmsg(socket, &message, MSG_CMSG_CLOEXEC)) < 0 && errno == EINTR) continue;
  if (got != 1 || CMSG_FIRSTHDR(&message) == NULL) return -1;
  memcpy(&descriptor, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof descriptor);
  return descriptor;
}

int pass_above(int descriptor) {
  int moved = fcntl(descriptor, F_DUPFD_CLOEXEC, 10);
  if (descriptor < 0 || moved < 0) die("cannot prepare a FUSE mount: %s", strerror(errno));
  close(descriptor);
  return moved;
}

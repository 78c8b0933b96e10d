#include "record.h"

#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

void record_send(const struct plan *plan) {
  const struct record *record = plan->first[OP_RECORD];
  if (record == NULL) return;
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  size_t length = strlen(record->text[0]);
  if (length >= sizeof address.sun_path) return;
  memcpy(address.sun_path, record->text[0], length);
  int log = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (log < 0) return;
  (void)sendto(log, record->text[1], strlen(record->text[1]), MSG_DONTWAIT | MSG_NOSIGNAL, (const struct sockaddr *)&address, sizeof address);
  close(log);
}

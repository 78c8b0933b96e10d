/* Asks munged on behalf of a server: a connection of its own for every question, as its protocol wants it, which costs a
 * JavaScript runtime ten times as much as it costs here. Knows the length in an answer's header and nothing else of munge.
 *
 * usage: berth-relay SOCKET CONNECTIONS
 *
 * Standard input:  id (4 bytes), length (4), question.
 * Standard output: id (4), errno or 0 (4), length (4), answer. Numbers are big-endian. The end of the input ends it.
 */
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "say.h"

enum {
  MAX_CONNECTIONS = 256,
  MAX_QUESTION = 1024 * 1024 + 64,
  HEADER = 11, // of a message of munge: its length stands in the last four bytes
  LENGTH_AT = 7,
  PATIENCE_MS = 10000,
  // As long as munged's backlog is full there is nothing to wait for but time.
  BACKLOG_MS = 1,
};

// Bytes that come in pieces, or wait to go out.
struct bytes {
  char *data;
  size_t length, room;
};

struct connection {
  int file; // -1: free
  uint32_t id;
  struct bytes question, answer;
  size_t sent;
  int64_t since;
};

static struct sockaddr_un address;
static struct connection connections[MAX_CONNECTIONS];
static int most, busy, watch;
static struct bytes input, output;

static char *room_for(struct bytes *bytes, size_t more) {
  if (bytes->room - bytes->length < more) {
    size_t room = bytes->room == 0 ? 4096 : bytes->room;
    while (room - bytes->length < more) room *= 2;
    char *data = realloc(bytes->data, room);
    if (data == NULL) die("no memory");
    bytes->data = data;
    bytes->room = room;
  }
  return bytes->data + bytes->length;
}

static void append(struct bytes *bytes, const void *data, size_t length) {
  if (length == 0) return;
  memcpy(room_for(bytes, length), data, length);
  bytes->length += length;
}

static void append_number(struct bytes *bytes, uint32_t number) {
  uint32_t big = htobe32(number);
  append(bytes, &big, sizeof big);
}

static uint32_t number_at(const char *data) {
  uint32_t big;
  memcpy(&big, data, sizeof big);
  return be32toh(big);
}

static int64_t now_ms(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (int64_t)time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

static void tell(uint32_t id, int error, const struct bytes *answer) {
  append_number(&output, id);
  append_number(&output, (uint32_t)error);
  append_number(&output, (uint32_t)answer->length);
  append(&output, answer->data, answer->length);
}

static void end(struct connection *connection, int error) {
  if (error != 0) connection->answer.length = 0;
  tell(connection->id, error, &connection->answer);
  close(connection->file);
  connection->file = -1;
  busy--;
}

// False: the backlog is full, and the question has to wait.
static bool begin(uint32_t id, const char *question, size_t length) {
  struct connection *free = connections;
  while (free->file >= 0) free++;
  int file = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  struct bytes nothing = {0};
  if (file < 0 || connect(file, (struct sockaddr *)&address, sizeof address) < 0) {
    int error = errno;
    if (file >= 0) close(file);
    if (error == EAGAIN) return false;
    tell(id, error, &nothing);
    return true;
  }
  free->file = file;
  free->id = id;
  free->question.length = free->answer.length = free->sent = 0;
  free->since = now_ms();
  append(&free->question, question, length);
  busy++;
  struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLET, .data.ptr = free};
  if (epoll_ctl(watch, EPOLL_CTL_ADD, file, &event) < 0) end(free, errno);
  return true;
}

enum { NOT_YET = -1 };

// 0: the answer is whole; an errno: it failed; NOT_YET.
static int go_on(struct connection *connection) {
  struct bytes *answer = &connection->answer;
  while (connection->sent < connection->question.length) {
    ssize_t count = send(connection->file, connection->question.data + connection->sent,
                         connection->question.length - connection->sent, MSG_NOSIGNAL);
    if (count < 0 && errno == EAGAIN) break;
    if (count < 0) return errno;
    connection->sent += (size_t)count;
  }
  for (;;) {
    ssize_t count = recv(connection->file, room_for(answer, 4096), 4096, 0);
    if (count < 0) return errno == EAGAIN ? NOT_YET : errno;
    if (count == 0) return ECONNRESET;
    answer->length += (size_t)count;
    if (answer->length < HEADER) continue;
    size_t whole = HEADER + (size_t)number_at(answer->data + LENGTH_AT);
    if (whole > MAX_QUESTION || answer->length > whole) return EPROTO;
    if (answer->length == whole) return 0;
  }
}

// False: the input has ended.
static bool read_questions(void) {
  for (;;) {
    ssize_t count = read(STDIN_FILENO, room_for(&input, 65536), 65536);
    if (count == 0) return false;
    if (count < 0 && errno == EAGAIN) return true;
    if (count < 0) die("reading the questions failed: %s", strerror(errno));
    input.length += (size_t)count;
    // What waits is bounded by whoever asks; more than this at once is nobody's.
    if (input.length > 64u * MAX_QUESTION) die("too many questions wait");
  }
}

// True: the backlog is full.
static bool begin_all(void) {
  size_t at = 0;
  bool full = false;
  while (busy < most && input.length - at >= 8) {
    size_t length = number_at(input.data + at + 4);
    if (length > MAX_QUESTION) die("a question of %zu bytes", length);
    if (input.length - at - 8 < length) break;
    full = !begin(number_at(input.data + at), input.data + at + 8, length);
    if (full) break;
    at += 8 + length;
  }
  if (at > 0) {
    memmove(input.data, input.data + at, input.length - at);
    input.length -= at;
  }
  return full;
}

static void end_late(void) {
  static int64_t looked;
  int64_t now = now_ms();
  if (now - looked < 1000) return;
  looked = now;
  for (int i = 0; i < most; i++)
    if (connections[i].file >= 0 && now - connections[i].since > PATIENCE_MS) end(&connections[i], ETIMEDOUT);
}

// All answers of a round in one piece: a write wakes the reader up.
static void write_answers(void) {
  for (size_t at = 0; at < output.length;) {
    ssize_t count = write(STDOUT_FILENO, output.data + at, output.length - at);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) exit(EXIT_SUCCESS); // nobody listens any more
    at += (size_t)count;
  }
  output.length = 0;
}

int main(int argc, char **argv) {
  say_program = "berth-relay";
  most = argc == 3 ? atoi(argv[2]) : 0;
  if (most < 1 || most > MAX_CONNECTIONS) die("usage: berth-relay SOCKET CONNECTIONS (1 to %d)", MAX_CONNECTIONS);
  if (strlen(argv[1]) >= sizeof address.sun_path) die("the path of the socket is too long: %s", argv[1]);
  address.sun_family = AF_UNIX;
  strcpy(address.sun_path, argv[1]);
  for (int i = 0; i < MAX_CONNECTIONS; i++) connections[i].file = -1;
  watch = epoll_create1(EPOLL_CLOEXEC);
  struct epoll_event event = {.events = EPOLLIN, .data.ptr = NULL};
  int flags = fcntl(STDIN_FILENO, F_GETFL);
  if (watch < 0 || flags < 0 || fcntl(STDIN_FILENO, F_SETFL, flags | O_NONBLOCK) < 0 ||
      epoll_ctl(watch, EPOLL_CTL_ADD, STDIN_FILENO, &event) < 0 || prctl(PR_SET_DUMPABLE, 0) < 0)
    die("cannot start: %s (the input must be a pipe)", strerror(errno));
  for (bool full = false;;) {
    struct epoll_event events[64];
    int count = epoll_wait(watch, events, 64, full ? BACKLOG_MS : busy > 0 ? 1000 : -1);
    if (count < 0 && errno != EINTR) die("waiting failed: %s", strerror(errno));
    for (int i = 0; i < count; i++) {
      if (events[i].data.ptr == NULL) {
        if (!read_questions()) return EXIT_SUCCESS;
        continue;
      }
      struct connection *connection = events[i].data.ptr;
      int error = connection->file < 0 ? NOT_YET : go_on(connection);
      if (error != NOT_YET) end(connection, error);
    }
    end_late();
    full = begin_all();
    write_answers();
  }
}

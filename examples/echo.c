/* echo.c: a TCP server: echo on one port, a chat room on another. Each connection is a task, with an idle timeout of
 * its own; a shutdown lets each say goodbye.
 *
 *     node scripts/component.mjs build/echo.wasm examples/echo.c
 *     wasmtime run -S inherit-network --env LISTEN=127.0.0.1:7000,127.0.0.1:7001 build/echo.wasm [--idle SECONDS]
 * or, up to wasmtime 46, which hands sockets in (docs/io.md):
 *     wasmtime run -S preview2=n,tcplisten=127.0.0.1:7000,tcplisten=127.0.0.1:7001 dist/examples/echo.wasm [...]
 *
 * The sockets are descriptors 3 (echo) and 4 (chat; may be missing). Then, from other terminals:
 *     nc 127.0.0.1 7000        nc 127.0.0.1 7001
 *
 *     serve -- accept_echo     waits for connections; each becomes a task of the group:
 *        |---- accept_chat          '-- connection     until the peer leaves, is idle for too long, or is cancelled;
 *        |                                |            then goodbye, however it ended
 *        |                                '-- chat: deliver     writes what others said, as fast as this peer reads
 *        '---- read_orders     "shutdown" on stdin; in the chat, /shutdown
 *
 * A chat line goes to everybody else. Who is UNSENT_MAX lines behind is left behind, and holds up nobody.
 */
#include "wasyncio.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ECHO = 3, CHAT = 4, UNSENT_MAX = 10000, SAID_MAX = 1000, MESSAGE_MAX = SAID_MAX + 100 };

typedef struct connection {
  struct connection *prev, *next;
  struct server *server;
  int fd;
  wa_task *task;
  wa_timeout idle;
  int (*talk)(struct connection *c);
  wa_lines lines;   /* the chat's: what this peer says, */
  wa_queue unsent;  /* and what it has not been told yet */
  char name[32];
  char buffer[16384];
} connection;

typedef struct server {
  wa_group group;
  wa_event stop;
  const char *why;
  wa_time idle;
  connection *first;
  unsigned open, most, served;
  unsigned long long bytes;
} server;

static server the_server;

static void shut_down(server *s, const char *why) {
  if (!s->why) s->why = why;
  wa_event_set(&s->stop);
}

/* ---- echo ------------------------------------------------------------------------------------------------------ */

static int echo(connection *c) {
  for (;;) {
    int n = wa_read(c->fd, c->buffer, sizeof c->buffer);
    if (n <= 0) return n;
    wa_timeout_reschedule(&c->idle, c->server->idle);
    int st = wa_write_all(c->fd, c->buffer, (size_t)n);
    if (st < 0) return st;
    c->server->bytes += (unsigned)n;
  }
}

/* ---- chat ------------------------------------------------------------------------------------------------------ */

/* As many messages as there are, in one write. */
static int deliver(void *arg) {
  connection *c = arg;
  for (void *message;;) {
    int st = wa_queue_get(&c->unsent, &message);
    if (st < 0) return st;
    size_t size = 0;
    do {
      size_t n = strlen(message);
      memcpy(c->buffer + size, message, n);
      free(message);
      size += n;
    } while (sizeof c->buffer - size >= MESSAGE_MAX && wa_queue_get_nowait(&c->unsent, &message) == WA_OK);
    st = wa_write_all(c->fd, c->buffer, size);
    if (st < 0) return st;
  }
}

static void tell(connection *c, const char *who, const char *what) {
  size_t size = strlen(who) + strlen(what) + 4;
  char *message = malloc(size);
  if (!message) return;
  snprintf(message, size, "%s: %s\n", who, what);
  if (wa_queue_put_nowait(&c->unsent, message) == WA_OK) return;
  free(message);
  wa_cancel(c->task, "you did not read what the others said");
}

static void tell_others(connection *from, const char *what) {
  for (connection *c = from->server->first; c; c = c->next)
    if (c != from && c->talk == from->talk && c->name[0]) tell(c, from->name, what);
}

static int take_part(connection *c) {
  for (int st;;) {
    st = wa_lines_next(&c->lines);
    if (st <= 0 && !c->lines.overrun) return st;
    wa_timeout_reschedule(&c->idle, c->server->idle);
    if (c->lines.overrun) {
      tell(c, "server", "that line was too long");
      continue;
    }
    const char *line = c->lines.line;
    if (!c->name[0]) {
      snprintf(c->name, sizeof c->name, "%s", *line ? line : "somebody");
      tell_others(c, "is here");
    } else if (!strcmp(line, "/shutdown")) {
      shut_down(c->server, "the server was shut down from the chat");
    } else if (!strcmp(line, "/quit")) {
      return WA_OK;
    } else {
      tell_others(c, line);
      if ((st = wa_yield()) < 0) return st; /* lines may come many at a time: who reads them gets a turn for each */
    }
  }
}

static int chat(connection *c) {
  wa_queue_init(&c->unsent, UNSENT_MAX);
  wa_lines_init(&c->lines, c->fd, SAID_MAX);
  wa_task *delivery = wa_spawn(deliver, c);
  if (!delivery) return WA_ENOMEM;
  tell(c, "server", "your name? Then a line is for everybody; /quit, /shutdown");
  int st = take_part(c);
  if (c->name[0]) tell_others(c, "has left");
  wa_cancel(delivery, NULL);
  wa_uncancellable_enter();
  wa_await(delivery);
  wa_uncancellable_exit();
  wa_release(delivery);
  for (void *message; wa_queue_get_nowait(&c->unsent, &message) == WA_OK;) free(message);
  wa_queue_close(&c->unsent);
  wa_lines_close(&c->lines);
  return st;
}

/* ---- a connection ---------------------------------------------------------------------------------------------- */

/* In its own time, though the connection is being cancelled; but not for ever. */
static void say_goodbye(connection *c, const char *why) {
  wa_uncancellable_enter();
  if (wa_timeout_enter(&c->idle, WA_S(2)) == WA_OK) {
    int n = snprintf(c->buffer, sizeof c->buffer, "goodbye: %s\n", why);
    wa_timeout_exit(&c->idle, wa_write_all(c->fd, c->buffer, (size_t)n));
  }
  wa_uncancellable_exit();
}

static void leave(void *arg) {
  connection *c = arg;
  wa_close(c->fd);
  if (c->prev) c->prev->next = c->next;
  else c->server->first = c->next;
  if (c->next) c->next->prev = c->prev;
  c->server->open--;
  free(c);
}

static int talk(void *arg) {
  connection *c = arg;
  c->task = wa_current();
  int st = wa_defer(leave, c);
  if (st == WA_OK) st = wa_timeout_enter(&c->idle, c->server->idle);
  if (st == WA_OK) st = wa_timeout_exit(&c->idle, c->talk(c));
  if (st == WA_ETIMEDOUT) say_goodbye(c, "nothing was heard from you");
  if (st == WA_ECANCELED) say_goodbye(c, wa_reason(wa_current()));
  return st == WA_ECANCELED ? st : WA_OK; /* how one peer leaves does not end the others */
}

/* Eager, so that the task owns the connection before anything can cancel it. */
static int welcome(server *s, int fd, int (*how)(connection *)) {
  connection *c = malloc(sizeof *c);
  if (!c) return wa_close(fd);
  *c = (connection){.next = s->first, .server = s, .fd = fd, .talk = how};
  if (s->first) s->first->prev = c;
  s->first = c;
  s->served++;
  if (++s->open > s->most) s->most = s->open;
  char name[24];
  snprintf(name, sizeof name, "%s %u", how == echo ? "echo" : "chat", s->served);
  wa_task *task = wa_group_spawn_with(&s->group, talk, c, &(wa_task_options){.name = name, .eager = true});
  if (!task) leave(c);
  wa_release(task);
  return WA_OK;
}

static int accept_all(int listener, int (*how)(connection *)) {
  for (;;) {
    int fd = wa_accept(listener);
    if (fd >= 0) {
      welcome(&the_server, fd, how);
    } else if (fd == WA_EIO && the_server.open) { /* too many descriptors, say: some will be given back */
      fprintf(stderr, "%s\n", wa_error_text());
      int st = wa_sleep(WA_MS(100));
      if (st < 0) return st;
    } else {
      return fd;
    }
  }
}

static int accept_echo(void *arg) {
  (void)arg;
  int st = accept_all(ECHO, echo);
  if (st != WA_ECANCELED) fprintf(stderr, "%s\nDescriptor 3 must be a listening socket: docs/io.md\n", wa_error_text());
  return st;
}

static int accept_chat(void *arg) {
  (void)arg;
  int st = accept_all(CHAT, chat);
  return st == WA_ECANCELED ? st : WA_OK; /* without the second socket there is no chat */
}

/* ---- the server ------------------------------------------------------------------------------------------------ */

static int read_orders(void *arg) {
  wa_lines *orders = arg;
  int st;
  while ((st = wa_lines_next(orders)) > 0 || orders->overrun) {
    if (st > 0 && !strcmp(orders->line, "shutdown")) shut_down(&the_server, "the server is shut down");
    else fprintf(stderr, "expected: shutdown\n");
  }
  return st;
}

static int serve(void *arg) {
  (void)arg;
  server *s = &the_server;
  wa_lines orders;
  wa_lines_init(&orders, 0, 100);
  wa_task *reader = wa_spawn(read_orders, &orders);
  int st = wa_group_enter(&s->group);
  if (st < 0) return st;
  wa_task *acceptors[] = {wa_group_spawn(&s->group, accept_echo, NULL), wa_group_spawn(&s->group, accept_chat, NULL)};
  printf("ready\n");
  fflush(stdout);
  st = wa_event_wait(&s->stop);
  for (int i = 0; i < 2; i++) wa_cancel(acceptors[i], NULL), wa_release(acceptors[i]);
  unsigned goodbyes = s->open;
  for (connection *c = s->first; c; c = c->next) wa_cancel(c->task, s->why ? s->why : "the server was cancelled");
  st = wa_group_exit(&s->group, st);
  wa_cancel(reader, NULL);
  wa_await(reader);
  wa_release(reader);
  wa_lines_close(&orders);
  printf("%u connections, %u at once, %llu bytes echoed, ", s->served, s->most, s->bytes);
  printf("%u told goodbye at the end\n", goodbyes);
  return st;
}

int main(int argc, char **argv) {
  the_server.idle = WA_S(60);
  if (argc == 3 && !strcmp(argv[1], "--idle")) the_server.idle = (wa_time)(atof(argv[2]) * 1e9);
  if ((argc != 1 && argc != 3) || the_server.idle <= 0) return fprintf(stderr, "usage: echo [--idle SECONDS]\n"), 2;
  int st = wa_run(serve, NULL);
  wa_counts left;
  wa_count(&left);
  printf("tasks left: %u, futures: %u, timers: %u\n", left.tasks, left.futures, left.timers);
  return wa_exit_status(st);
}

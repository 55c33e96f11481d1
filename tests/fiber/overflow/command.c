/* A program without a host that could recover: the task that overflows ends it, but not without a word. */
#include "../../../src/wasyncio.h"

#include <stdio.h>
#include <string.h>

static __attribute__((noinline)) int with_frame(int n) {
  char frame[100];
  memset(frame, n, sizeof frame);
  __asm__ volatile("" : : "r"(frame) : "memory");
  int below = n ? with_frame(n - 1) : wa_yield();
  return below < 0 || frame[50] != (char)n ? WA_EUSER - 1 : below + 1;
}

static int crawl(void *depth) { return with_frame(*(int *)depth); }

static int crawls(void *arg) {
  (void)arg;
  int depth = 5000;
  wa_task *t = wa_spawn_with(crawl, &depth, &(wa_task_options){.name = "roomy", .stack_size = 1 << 20});
  printf("%d\n", wa_await(t));
  fflush(stdout);
  wa_release(t);
  t = wa_spawn_with(crawl, &depth, &(wa_task_options){.name = "crawl"});
  printf("%d\n", wa_await(t));
  return WA_OK;
}

int main(void) { return wa_run(crawls, NULL) != WA_OK; }

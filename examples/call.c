/* call: wa_call(f, arg) is `await f(arg)`: f runs as a part of this task, on a segment of its own, so that resuming
 * below it costs the same however deep it is. Its status, its cancellation and its defers are the task's. */
#include "wasyncio.h"

#include <stdio.h>

typedef struct node {
  struct node *left, *right;
  int value;
} node;

/* Walks a tree, as deep as it may be, waiting in every node. */
static int sum(void *arg) {
  node *n = arg;
  int st = wa_sleep(WA_MS(1));
  if (st == WA_OK && n->left) st = wa_call(sum, n->left);
  if (st == WA_OK && n->right) st = wa_call(sum, n->right);
  if (st == WA_OK) n->value += (n->left ? n->left->value : 0) + (n->right ? n->right->value : 0);
  return st;
}

static node *grow(node **free, int depth) {
  node *n = (*free)++;
  n->value = 1;
  n->left = depth > 1 ? grow(free, depth - 1) : NULL;
  n->right = depth > 1 ? grow(free, depth - 1) : NULL;
  return n;
}

static int run(void *arg) {
  (void)arg;
  static node nodes[2 * 255], *free = nodes;
  for (int limit = 100; limit <= 1000; limit += 900) {
    node *tree = grow(&free, 8);
    wa_task *task = wa_spawn(sum, tree);
    int st = wa_wait_for(task, WA_MS(limit));
    printf("within %d ms: %s", limit, wa_status_name(st));
    if (st == WA_OK) printf(", %d nodes", tree->value);
    printf("\n");
    wa_release(task);
  }
  return WA_OK;
}

int main(void) {
  wa_configure(&(wa_config){.virtual_clock = true});
  return wa_exit_status(wa_run(run, NULL));
}

/* Output:
within 100 ms: WA_ETIMEDOUT
within 1000 ms: WA_OK, 255 nodes
*/

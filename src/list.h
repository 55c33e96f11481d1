/* list.h: an intrusive list, circular, with the head as one more node.
 *
 *     head <-> a <-> b <-> c <-> head
 *
 * Law: a node that is in no list has no next, so unlinking twice is harmless; and a zeroed head is an empty list.
 */
#ifndef WA_LIST_H
#define WA_LIST_H

#include "base.h"

static inline void wa__list_init(wa__list *l) { l->prev = l->next = l; }

static inline bool wa__list_empty(const wa__list *head) { return head->next == head || !head->next; }

/* To a head that was initialised. */
static inline __attribute__((always_inline)) void wa__list_push_to(wa__list *head, wa__list *node) {
  wa__list *last = head->prev;
  node->prev = last;
  node->next = head;
  last->next = head->prev = node;
}

WA__INLINE void wa__list_push(wa__list *head, wa__list *node) {
  if (wa__unlikely(!head->next)) wa__list_init(head);
  wa__list_push_to(head, node);
}

WA__INLINE void wa__list_unlink(wa__list *node) {
  if (!node->next) return;
  node->prev->next = node->next;
  node->next->prev = node->prev;
  node->next = NULL;
}

static inline wa__list *wa__list_first(wa__list *head) { return wa__list_empty(head) ? NULL : head->next; }

/* Of a list that is not empty. */
static inline void wa__list_unlink_first(wa__list *head) {
  wa__list *node = head->next;
  head->next = node->next;
  node->next->prev = head;
  node->next = NULL;
}

static inline wa__list *wa__list_pop(wa__list *head) {
  wa__list *node = wa__list_first(head);
  if (node) wa__list_unlink_first(head);
  return node;
}

/* Moves all of `from` behind the last of `to`, in order; both were initialised. */
WA__INLINE void wa__list_splice_to(wa__list *to, wa__list *from) {
  if (from->next == from) return;
  from->next->prev = to->prev;
  to->prev->next = from->next;
  from->prev->next = to;
  to->prev = from->prev;
  wa__list_init(from);
}

/* Visits nodes in order; the node visited may be unlinked by the body. Where the body may unlink others, and the node visited
 * stays, it ends with WA__LIST_AGAIN(node). */
#define WA__LIST_AGAIN(node) (node##_next = node->next)
#define WA__LIST_EACH(node, head)                                                                     \
  for (wa__list *node = (head)->next ? (head)->next : (head), *node##_next = node->next; node != (head); \
       node = node##_next, node##_next = node->next)

#endif

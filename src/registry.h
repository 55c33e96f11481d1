/* registry.h: the tasks that a host can spawn by name. */
#ifndef WA_REGISTRY_H
#define WA_REGISTRY_H

#include "base.h"

wa__entry *wa__entries(void);

#endif

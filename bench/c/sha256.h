/* sha256.h: FIPS 180-4, for messages of whole blocks; what the benches compute. */
#ifndef SHA256_H
#define SHA256_H

#include <stdint.h>

typedef struct sha256 {
  uint32_t state[8];
} sha256;

void sha256_init(sha256 *hash);
void sha256_block(sha256 *hash, const uint8_t *block); /* 64 bytes */
void sha256_end(sha256 *hash, uint64_t blocks);        /* so many there were */

#endif

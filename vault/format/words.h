/* Words for bytes that people compare by voice (format-spec/cards.md "Words"). */
#ifndef EVX_FORMAT_WORDS_H
#define EVX_FORMAT_WORDS_H

#include <stddef.h>
#include <stdint.h>

/* The word for byte at this place, counted from 0. Static. */
const char *evx_words_at(size_t place, uint8_t byte);

#endif

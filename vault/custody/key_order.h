/* The order of signing keys in text form. Searches among many compare with this and nothing else,
 * so that a test can count how much work hostile input makes. */
#ifndef EVX_CUSTODY_KEY_ORDER_H
#define EVX_CUSTODY_KEY_ORDER_H

/* Less than, equal to or greater than 0, as strcmp. */
int evx_key_order(const char *a, const char *b);

#endif

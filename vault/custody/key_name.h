/* How a sentence names a signing key. */
#ifndef EVX_CUSTODY_KEY_NAME_H
#define EVX_CUSTODY_KEY_NAME_H

#define EVX_KEY_NAME_CAP 96

/* The fingerprint of key, which is in text form. Returns out. */
const char *evx_key_name(const char *key, char out[EVX_KEY_NAME_CAP]);

#endif

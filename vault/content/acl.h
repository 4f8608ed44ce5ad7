/* POSIX.1e access control lists: between what Linux keeps in an extended attribute and the text of
 * a listing line.
 *
 * Attribute (linux/posix_acl_xattr.h, little-endian): u32 version = 2, then per entry u16 tag, u16
 * permissions, u32 id. Text (as libarchive and getfacl -n write it):
 * "user::rw-,user:1001:r--,group::r-x,mask::r-x,other::---". Ids stay numbers: names are the source
 * machine's, and a name that another machine gives to someone else would restore a right to the
 * wrong person. */
#ifndef EVX_CONTENT_ACL_H
#define EVX_CONTENT_ACL_H

#include "base/buf.h"

/* Appends the text of the n bytes of attribute at p to out, NUL-terminated (the NUL is not
 * counted). EVX_E_CORRUPT when they are no ACL of version 2. */
enum evx_err evx_acl_to_text(const void *p, size_t n, struct evx_buf *out) EVX_MUST_CHECK;

/* Appends the attribute for text to out. EVX_E_CORRUPT unless text is exactly what evx_acl_to_text
 * writes (hostile input). */
enum evx_err evx_acl_from_text(const char *text, struct evx_buf *out) EVX_MUST_CHECK;

#endif
